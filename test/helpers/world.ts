/** A world for the stories: real Redis, real Bolt and BullMQ, a hub over TLS; only Slack's servers are a stand-in. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Redis } from "ioredis";
import { stringify } from "yaml";
import { scratch } from "../../sandbox/child.ts";
import { jumpClock } from "../../sandbox/clock.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../../sandbox/hub/bot-account.ts";
import { type LocalHub, startLocalHub } from "../../sandbox/hub/index.ts";
import type { FaultyHub } from "../../sandbox/hub/options.ts";
import { startTimedEnvtest } from "../../sandbox/hub/timed-front.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { startLocalSlack } from "../../sandbox/slack/index.ts";
import { loadConfig } from "../../src/config.ts";
import { parseJson } from "../../src/hub/errors.ts";
import { sweep } from "../../src/life/sweep/sweep.ts";
import { createLog } from "../../src/ops/log.ts";
import type { Clock } from "../../src/request/clock.ts";
import type { Request } from "../../src/request/record.ts";
import { secret } from "../../src/request/secret.ts";
import { startBot } from "../../src/start.ts";
import { keysFor } from "../../src/store/keys.ts";
import { createSigner } from "../../src/store/signed.ts";
import { eventually } from "./eventually.ts";
import { ALICE, people, places } from "./people.ts";
import { roles } from "./roles.ts";
import { isRealHub } from "./stand-in.ts";

export interface WorldOptions {
  transport?: "http" | "socket";
  /** A real kube-apiserver instead of the stand-in. */
  realHub?: boolean;
  /** Fields of the configuration that replace the usual ones. */
  config?: Record<string, unknown>;
  /** Slack's documented limits hold. */
  limits?: boolean;
}

export type World = Awaited<ReturnType<typeof startWorld>>;

export const APP = {
  botToken: "xoxb-1-planted-bot-token",
  appToken: "xapp-1-planted-app-token",
  signingSecret: "planted-signing-secret-0123456789",
  recordsKey: Buffer.alloc(32, "records").toString("base64"),
  command: "/karpor-access",
};

/** Everything but the bot; the test closes it. */
export async function startWorld({
  transport = "http",
  realHub = isRealHub,
  config = {},
  limits = false,
}: WorldOptions = {}) {
  await using opened = new AsyncDisposableStack();
  const clock = jumpClock();
  const redis = opened.adopt(await startRedis(), (server) => server.stop());
  const localHub = realHub ? null : opened.adopt(await startLocalHub({ clock }), (hub) => hub.stop());
  const hub: FaultyHub = localHub ?? opened.adopt(await startTimedEnvtest(clock), (real) => real.stop());
  const slack = opened.adopt(
    await startLocalSlack({ clock, limits, ...APP, ...people, ...places }),
    (local) => local.close(),
  );
  const folder = opened.adopt(scratch("karpor-access"), (made) => made.remove()).path;
  writeFileSync(join(folder, "hub.kubeconfig"), await botKubeconfig(hub));
  writeFileSync(join(folder, "config.yml"), stringify({ ...usualConfig, ...config }));
  const env = {
    KARPOR_ACCESS_CONFIG: join(folder, "config.yml"),
    SLACK_BOT_TOKEN: APP.botToken,
    SLACK_SIGNING_SECRET: APP.signingSecret,
    ...(transport === "socket" ? { SLACK_APP_TOKEN: APP.appToken } : {}),
    RECORDS_KEY: APP.recordsKey,
    REDIS_URL: redis.url,
    PORT: "0",
    SLACK_API_URL: slack.apiUrl,
  };
  const commands = opened.adopt(new Redis(redis.url), (connection) => connection.disconnect());
  const bots: Running[] = [];
  const kept = opened.move();
  const world = {
    ...{ clock, redis, hub, isReal: realHub, slack, folder, env, commands, bots },
    /** Signs as the bots of this world do: for who has RECORDS_KEY too. */
    signer: createSigner(secret(APP.recordsKey), usualConfig.instance),
    /** Only of the stand-in: what no real hub offers. */
    get localHub(): LocalHub {
      if (!localHub) throw new Error("this world has a real API server");
      return localHub;
    },
    /** Moves time, and lets each bot look at once at what became due. */
    async jump(ms: number) {
      clock.jump(ms);
      await world.sweep();
    },
    sweep: async () => void (await Promise.all(bots.map(({ bot }) => sweep(bot, true)))),
    records: () => readRecords(commands),
    async close() {
      await Promise.all(bots.splice(0).map((running) => running.stop()));
      await kept.disposeAsync();
    },
  };
  return world;
}

async function readRecords(commands: Redis): Promise<Request[]> {
  const names = await commands.keys(`${keysFor("test").request("")}*`);
  const texts = await Promise.all(names.map((name) => commands.hget(name, "record").catch(() => null)));
  // After a FLUSHALL a late note on a message may be there without its record; a damaged one is left out.
  return texts.flatMap((text) => (parseJson(unsigned(text ?? "")) as Request | undefined) ?? []);
}

/** The JSON of a signed value: a MAC of 43 characters is before it. */
export const unsigned = (signed: string): string => signed.slice(43);

export const usualConfig = {
  instance: "test",
  hub: {
    ...{ name: "production", kubeconfig: "hub.kubeconfig", namespace: GRANTS_NAMESPACE },
    dashboard: "https://karpor.example.com",
  },
  slack: { channel: places.channels[0]?.id, language: "en", command: APP.command },
  admins: [ALICE],
  roles,
  reminders: ["1d", "1h", "10m"],
};

export type Running = Awaited<ReturnType<typeof startBot>> & { lines: LogLine[] };

export interface LogLine {
  level: string;
  msg: string;
  id?: string;
  [field: string]: unknown;
}

/** One replica of the bot in this process; `lines` is its log. */
export async function startReplica(
  world: World,
  { clock = world.clock, level = "debug" }: { clock?: Clock; level?: string } = {},
): Promise<Running> {
  const lines: LogLine[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split("\n")) lines.push(JSON.parse(line) as LogLine);
      done();
    },
  });
  const log = createLog(level, sink);
  const running = { ...(await startBot(loadConfig(world.env), { clock, log })), lines };
  if (!world.env.SLACK_APP_TOKEN) world.slack.deliverTo(`http://127.0.0.1:${running.port}/slack/events`);
  world.bots.push(running);
  await eventually(async () => running.isConnected());
  return running;
}
