/** A primary, its replica and three sentinels that watch them: a failover takes four to five seconds. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { seenWithin } from "../wait.ts";
import { type LocalRedis, launch, onFreePort, startRedis } from "./redis.ts";

export interface SentinelRedis {
  readonly url: string;
  readonly primary: LocalRedis;
  readonly replica: LocalRedis;
  stop(): Promise<void>;
}

const NAME = "mymaster";
const UP_WITHIN_MS = 10_000;
/** A replica is not kept waiting for others to sync with. */
const AT_ONCE = ["--repl-diskless-sync-delay", "0"];

export async function startSentinelRedis({ password = "" } = {}): Promise<SentinelRedis> {
  await using opened = new AsyncDisposableStack();
  const start = (args: string[]) => startRedis({ args: [...args, ...AT_ONCE, ...secret(password)] });
  const primary = opened.use(await start([]));
  const replica = opened.use(await start(["--replicaof", "127.0.0.1", String(primary.port)]));
  await caughtUp(replica, password);
  const starting = [1, 2, 3].map(() => startSentinel(primary, password));
  const sentinels = (await Promise.all(starting)).map((sentinel) => opened.use(sentinel));
  await Promise.all(sentinels.map(knowsTheOthers));
  const kept = opened.move();
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return {
    url: `redis+sentinel://${password && `:${password}@`}${hosts}/${NAME}`,
    primary,
    replica,
    stop: () => kept.disposeAsync(),
  };
}

const secret = (password: string) => (password ? ["--requirepass", password, "--masterauth", password] : []);

const startSentinel = ({ binary, port: primary }: LocalRedis, password: string): Promise<LocalRedis> =>
  onFreePort((port) =>
    launch(binary, port, (dir) => [config(dir, port, primary, password), "--sentinel"], "Sentinel ID is"),
  );

function config(dir: string, port: number, primary: number, password: string): string {
  const path = join(dir, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${dir}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${primary} 2`,
    `sentinel down-after-milliseconds ${NAME} 2000`,
    `sentinel failover-timeout ${NAME} 2000`,
    ...(password ? [`sentinel auth-pass ${NAME} ${password}`] : []),
  ];
  writeFileSync(path, lines.join("\n"));
  return path;
}

async function caughtUp({ port }: LocalRedis, password: string): Promise<void> {
  const redis = new Redis({ port, password });
  await soon(async () => (await redis.info("replication")).includes("master_link_status:up"));
  redis.disconnect();
}

/** Without the others there is no majority for a failover. */
async function knowsTheOthers({ port }: LocalRedis): Promise<void> {
  const redis = new Redis({ port });
  await soon(() =>
    redis.call("SENTINEL", "CKQUORUM", NAME).then(
      (said) => String(said).includes("3 usable"),
      () => false,
    ),
  );
  redis.disconnect();
}

async function soon(holds: () => Promise<boolean>): Promise<void> {
  if (!(await seenWithin(UP_WITHIN_MS, holds))) throw new Error("The sentinels did not come up.");
}
