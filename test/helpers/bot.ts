/** The whole bot on real parts: Redis, Bolt, BullMQ, a hub over TLS; only Slack's servers are ours. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Redis } from "ioredis";
import { stringify } from "yaml";
import { z } from "zod";
import { scratch } from "../../sandbox/child.ts";
import { type JumpClock, jumpClock } from "../../sandbox/clock.ts";
import { type LocalHub, startLocalHub } from "../../sandbox/hub/index.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { promoteDue } from "../../sandbox/promote.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { type LocalSlack, type LocalSlackOptions, startLocalSlack } from "../../sandbox/slack/index.ts";
import type { AppDeps } from "../../src/app/clients.ts";
import { type StartOptions, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import type { Transition } from "../../src/domain/audit.ts";
import { AccessRequest } from "../../src/domain/request.ts";
import { isTransition } from "../../src/domain/trail-entry.ts";
import { createLog } from "../../src/log.ts";
import { createJobs } from "../../src/queue/jobs.ts";
import { type Beside, wholeOf } from "../../src/store/chain.ts";
import { keysOf } from "../../src/store/keys.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "./bot-account.ts";
import { passingTurns } from "./passing-turns.ts";
import { ADMINS, ALICE, APPROVALS, BOB, CAROL, GENERAL, MEI, members } from "./people.ts";
import { until } from "./redis.ts";

export { ADMINS, ALICE, APPROVALS, BOB, CAROL, GENERAL, MEI };
export const GUEST = "U0GUEST";

const BOT_TOKEN = "xoxb-1-planted-bot-token";
export const APP_TOKEN = "xapp-1-planted-app-token";
const SIGNING_SECRET = "planted-signing-secret";

const words = { en: "View every page", zh: "查看所有页面" };

/** Mirrors karpor-access.example.yml, for people of the local workspace. */
export const catalog = {
  guest: {
    clusterRole: "karpor-guest",
    description: words,
    duration: { default: "1h", max: "7d" },
    approval: { by: ["S0SRE"], within: "4h" },
  },
  peek: {
    clusterRole: "karpor-guest",
    description: words,
    duration: { default: "15m", max: "1h" },
    approval: "none",
  },
  admin: {
    clusterRole: "karpor-admin",
    description: words,
    duration: { default: "1h", max: "8h" },
    reason: "required",
    requester: { in: ["S0DEV"] },
    approval: { by: [BOB, "S0SRE"], within: "4h" },
  },
  long: {
    clusterRole: "karpor-guest",
    description: words,
    duration: { default: "1h", max: "8760h" },
    approval: { by: ["S0SRE"], within: "4h" },
  },
};

export interface BotOptions {
  transport?: "http" | "socket";
  /** A hub of one's own; the local one when left out. */
  hub?: TestHub;
  /** The clock that such a hub follows. */
  clock?: JumpClock;
  instance?: string;
  roles?: Record<string, unknown>;
  /** Besides those of the workspace. */
  groups?: NonNullable<LocalSlackOptions["groups"]>;
  /** Slack over TLS, by a name. */
  tls?: LocalSlackOptions["tls"];
  /** On the Redis of this one, and by an app of its own in its workspace; on its hub too, unless one is given. */
  beside?: Neighbour;
  /** Setup makes what it needs on the hub, named after the instance; it stands already when left out. */
  setUp?: true;
}

/** A world, as far as another is in it. */
interface Neighbour {
  redis: Awaited<ReturnType<typeof startRedis>>;
  slack: LocalSlack;
  hub: TestHub;
  localHub: LocalHub | undefined;
}

export type Bot = Awaited<ReturnType<typeof startBot>>;
export type World = Awaited<ReturnType<typeof startWorld>>;

/** Everything but the bot. */
export async function startWorld({
  hub,
  clock = jumpClock(),
  instance = "test",
  transport = "http",
  roles = catalog,
  groups = [],
  tls,
  beside,
  setUp,
}: BotOptions = {}) {
  await using opened = new AsyncDisposableStack();
  const redis = beside?.redis ?? opened.adopt(await startRedis(), (r) => r.stop());
  const started = hub || beside ? undefined : opened.adopt(await startLocalHub({ clock }), (h) => h.stop());
  const localHub = started ?? (hub ? undefined : beside?.localHub);
  const theHub = hub ?? localHub ?? beside?.hub;
  if (!theHub) throw new Error("no hub");
  const app = beside ? besides(instance) : FIRST_APP;
  const usual = workspace(clock);
  const options = { ...usual, groups: [...usual.groups, ...groups], ...app, ...(tls && { tls }) };
  const slack = opened.adopt(await startLocalSlack(options, beside?.slack), (s) => s.close());
  const dir = opened.adopt(scratch("karpor-access"), (d) => d.remove()).path;
  if (!setUp) writeFileSync(join(dir, "hub.kubeconfig"), await botKubeconfig(theHub));
  const config = file(instance, roles, app.command);
  const namespace = setUp ? {} : { namespace: GRANTS_NAMESPACE };
  writeFileSync(join(dir, "config.yml"), stringify({ ...config, hub: { ...config.hub, ...namespace } }));
  const env = {
    KARPOR_ACCESS_CONFIG: join(dir, "config.yml"),
    SLACK_BOT_TOKEN: app.botToken,
    ...(transport === "socket" ? { SLACK_APP_TOKEN: app.appToken } : {}),
    SLACK_SIGNING_SECRET: app.signingSecret,
    REDIS_URL: redis.url,
    PORT: "0",
    SLACK_API_URL: slack.apiUrl,
  };
  const commands = opened.adopt(new Redis(redis.url), (r) => r.disconnect());
  const keys = keysOf(instance);
  const jobs = opened.adopt(createJobs({ connection: commands, prefix: keys.prefix, clock }), (j) =>
    j.close().catch(() => {}),
  );
  /** A turn at Slack is waited for by moving time to it, where the hub follows. */
  const turns = { atOnce: theHub.supports.clock };
  const kept = opened.move();
  return {
    ...{ clock, redis, slack, env, commands, keys, queue: jobs.lanes.timers, jobs, hub: theHub },
    turns,
    /** That of whoever calls this Slack. */
    callersClock: passingTurns(clock, turns),
    /** Undefined when the hub is a real one. */
    localHub,
    /** Moves time: sleepers wake, and the jobs that became due are started. */
    jump: async (ms: number) => {
      clock.jump(ms);
      await Promise.all(Object.values(jobs.lanes).map((lane) => promoteDue(lane, clock.now())));
    },
    /** The jobs that run or wait to, by their ids. */
    atWork: async () => {
      const lanes = Object.values(jobs.lanes);
      // BullMQ gives the first two of each where it is not told how many.
      return (await Promise.all(lanes.map((lane) => lane.getRanges(["active", "waiting"], 0, -1)))).flat();
    },
    /** Every request's record. */
    records: async () => {
      const found = await commands.keys(`${keys.request("")}*`);
      return Promise.all(
        found.map(async (key) => AccessRequest.parse(JSON.parse((await commands.hget(key, "record")) ?? ""))),
      );
    },
    /** Asks again and again until it holds. */
    until: (holds: () => Promise<boolean>, ms = 30_000) => until(holds, ms),
    close: () => kept.disposeAsync(),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const FIRST_APP = {
  signingSecret: SIGNING_SECRET,
  botToken: BOT_TOKEN,
  appToken: APP_TOKEN,
  command: "/karpor-access",
};

/** Another app, called after its bot's instance. */
const besides = (instance: string) => ({
  signingSecret: `${SIGNING_SECRET}-${instance}`,
  botToken: `${BOT_TOKEN}-${instance}`,
  appToken: `${APP_TOKEN}-${instance}`,
  command: `/karpor-${instance}`,
  bot: Object.fromEntries(
    (["userId", "botId", "appId"] as const).map((id) => [
      id,
      `${id.charAt(0).toUpperCase()}0${instance.toUpperCase()}`,
    ]),
  ),
});

const file = (instance: string, roles: Record<string, unknown>, command: string) => ({
  instance,
  hub: {
    name: "production",
    kubeconfig: "hub.kubeconfig",
    dashboard: "https://karpor.example.com",
  },
  slack: { channel: APPROVALS, language: "en", command },
  admins: [ALICE],
  roles,
  reminders: ["1d", "1h", "10m"],
});

const workspace = (clock: JumpClock) => ({
  clock,
  people: [...members, { id: GUEST, name: "gus", realName: "Gus", isRestricted: true }],
  groups: [
    { id: "S0SRE", handle: "sre", members: [ALICE, CAROL] },
    { id: "S0DEV", handle: "dev", members: [BOB, MEI] },
  ],
  channels: [
    { id: APPROVALS, name: "approvals", members: [ALICE, BOB, CAROL] },
    { id: ADMINS, name: "admins", members: [ALICE, CAROL, MEI], isPrivate: true },
    { id: GENERAL, name: "general", members: [ALICE, BOB, CAROL, MEI, GUEST] },
  ],
});

/** The bot in a world; `lines` is its log, parsed. */
export async function startBot(
  world: World,
  times: AppDeps["times"] = {},
  { turns, ...options }: StartOptions & Pick<AppDeps, "turns"> = {},
) {
  const lines: LogLine[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split("\n")) lines.push(JSON.parse(line) as LogLine);
      done();
    },
  });
  const ownPort = world.env.SLACK_APP_TOKEN ? {} : { METRICS_PORT: "0" };
  const config = loadConfig({ ...ownPort, ...world.env });
  const app = await startApp(
    config,
    { clock: world.callersClock, log: createLog("info", sink), times, ...(turns && { turns }) },
    options,
  );
  const page = async (path: string, port = app.port) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  const status = () => page("/status", app.metricsPort ?? app.port);
  if (!world.env.SLACK_APP_TOKEN) world.slack.deliverTo(`http://127.0.0.1:${app.port}/slack/events`);
  return {
    app,
    lines,
    ready: () => page("/readyz"),
    /** Resolves to the causes that hold back new grants. */
    held: async () => {
      const { causes } = z.object({ causes: z.array(Cause) }).parse((await status()).body);
      return causes.map(({ cause }) => cause);
    },
    status,
    trail: () =>
      lines.flatMap(({ trail, texts }) => (trail && isTransition(trail) ? [wholeOf({ trail, texts })] : [])),
    /** Proofs that run are not waited for by the wall clock. */
    stop: async () => {
      const timer = setInterval(() => world.clock.jump(11_000), 20);
      await app.stop().finally(() => clearInterval(timer));
    },
  };
}

const Cause = z.strictObject({
  cause: z.string().min(1),
  message: z.string().min(1),
  fix: z.string().min(1),
  since: z.iso.datetime(),
});

export interface LogLine {
  level: string;
  msg: string;
  trail?: Transition;
  texts?: Beside;
  [field: string]: unknown;
}
