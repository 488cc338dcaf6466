/** The bot, a process a replica, by a clock that runs ahead: what waits minutes for Slack's limits is over in one. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { stringify } from "yaml";
import { scratch } from "../sandbox/child.ts";
import { type JumpClock, jumpClock } from "../sandbox/clock.ts";
import { botKubeconfig } from "../sandbox/hub/bot-account.ts";
import { startLocalHub } from "../sandbox/hub/index.ts";
import { promoteDue } from "../sandbox/promote.ts";
import { startRedis } from "../sandbox/redis/redis.ts";
import { startLocalSlack } from "../sandbox/slack/index.ts";
import { LANES } from "../src/flow/ports.ts";
import { createJobs } from "../src/queue/jobs.ts";
import { keysOf } from "../src/store/keys.ts";
import { ALLOCATOR, FLAGS, resident } from "./bot.ts";
import { BENCH_INSTANCE, SECRETS, settings, workspace } from "./context.ts";

export type FastBot = Awaited<ReturnType<typeof startFastBot>>;
type Replica = Awaited<ReturnType<typeof startReplica>>;

const ENTRY = fileURLToPath(new URL("fast-replica.ts", import.meta.url));
const TICK_MS = 50;
/** Against real time; what the machine itself takes counts so many times. */
const SPEED = Number(process.env.BENCH_SPEED ?? 4);

export async function startFastBot(count = 1) {
  await using opened = new AsyncDisposableStack();
  const clock = jumpClock();
  const hub = opened.adopt(await startLocalHub({ clock }), (h) => h.stop());
  const redis = opened.use(await startRedis());
  const slack = opened.adopt(await startLocalSlack({ ...workspace(), clock, limits: true }), (s) =>
    s.close(),
  );
  const dir = scratch("karpor-access-burst");
  opened.defer(() => dir.remove());
  writeFileSync(join(dir.path, "hub.kubeconfig"), await botKubeconfig(hub));
  writeFileSync(join(dir.path, "config.yml"), stringify(settings));
  const env = {
    ...{ ...SECRETS, KARPOR_ACCESS_CONFIG: join(dir.path, "config.yml") },
    ...{ REDIS_URL: redis.url, SLACK_API_URL: slack.apiUrl, PORT: "0" },
  };
  const replicas: Replica[] = [];
  for (let i = 0; i < count; i++) replicas.push(opened.use(await startReplica(clock, env)));
  opened.use(hurry(clock, redis.url, replicas, slack.deliverTo));
  const kept = opened.move();
  return {
    ...{ clock, hub, slack },
    /** What the kernel has given to all replicas, in MB. */
    memory: () => replicas.reduce((sum, { pid }) => sum + resident(pid, "VmRSS"), 0),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function startReplica(clock: JumpClock, env: Record<string, string>) {
  const ahead = Math.round(clock.now() - Date.now());
  const child = fork(ENTRY, [String(ahead)], {
    execArgv: [...process.execArgv, ...FLAGS],
    env: { ...process.env, ...ALLOCATOR, ...env },
  });
  const gone = once(child, "exit");
  const [port] = await Promise.race([once(child, "message"), gone.then(refuse)]);
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}/slack/events`,
    jump: (ms: number) => child.connected && child.send(ms),
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await gone;
    },
  };
}

const refuse = (): never => {
  throw new Error("The bot did not start.");
};

/** What people do reaches the replicas turn about. */
function hurry(
  clock: JumpClock,
  url: string,
  replicas: readonly Replica[],
  deliverTo: (url: string) => void,
): AsyncDisposable {
  const connection = new Redis(url);
  const { lanes, close } = createJobs({ connection, prefix: keysOf(BENCH_INSTANCE).prefix, clock });
  let promoting: Promise<unknown> | undefined;
  let turn = 0;
  const next = () => deliverTo(replicas[turn++ % replicas.length]?.url ?? "");
  next();
  const timer = setInterval(() => {
    clock.jump(TICK_MS * (SPEED - 1));
    for (const one of replicas) one.jump(TICK_MS * (SPEED - 1));
    next();
    promoting ??= Promise.all(LANES.map((lane) => promoteDue(lanes[lane], clock.now())))
      .catch(() => {})
      .finally(() => {
        promoting = undefined;
      });
  }, TICK_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await promoting;
      await close();
      connection.disconnect();
    },
  };
}
