/** One replica of the bot in this process, put together as the bot is; it can be killed, or frozen for a while, as a process can. */
import type { Logger } from "pino";
import type { Cut } from "../../sandbox/redis/commands.ts";
import { openRedisProxy } from "../../sandbox/redis/proxy.ts";
import { createHttpDelivery, type Delivered, type Kind } from "../../sandbox/slack/delivery.ts";
import type { Json } from "../../sandbox/slack/types.ts";
import { assemble, connectAll, contextOf, startWork } from "../../src/app.ts";
import { checkStart } from "../../src/cli/checks/start.ts";
import type { Config } from "../../src/config.ts";
import { fallbackExpiry } from "../../src/flow/fallback-expiry.ts";
import { handleClick } from "../../src/slack/inbound/actions/handle.ts";
import { handleCommand } from "../../src/slack/inbound/commands/handle.ts";
import type { HandlerContext } from "../../src/slack/inbound/context.ts";
import { handleSubmission } from "../../src/slack/inbound/forms/submit.ts";
import { createListener } from "../../src/slack/inbound/listen.ts";
import { keysOf } from "../../src/store/keys.ts";
import { onPort } from "./ports.ts";
import type { Caller } from "./trouble.ts";
import type { World } from "./world.ts";

/** Scaled down: what takes 5 and 12 s in earnest. */
export const TIMES = {
  lease: { ttl: 900, renewEvery: 120, margin: 450 },
  locks: { lockDuration: 600, stalledInterval: 300 },
  call: 400,
};
/** Longer than the lease. */
const PAUSE_MS = TIMES.lease.ttl + 200;
const STOP_WITHIN_MS = 3_000;

export interface Replica extends Caller {
  config: Config;
  state(): "up" | "paused" | "dead";
  deliver(kind: Kind, payload: Json): Promise<Delivered>;
  /** What its plain timers do each minute. */
  minute(): Promise<void>;
  /** People's payloads that it still works on. */
  handling(): number;
  stop(): Promise<void>;
}

type Ack = (answer?: object) => Promise<void>;
type Handle = (context: HandlerContext, body: unknown, ack: Ack) => Promise<void>;

/** Rejects when the start's checks refuse. */
export async function startReplica(
  world: World,
  name: string,
  given: Config,
  { signed, checked }: { signed: boolean; checked: boolean },
): Promise<Replica> {
  const gate = createGate();
  const opened = new AsyncDisposableStack();
  const caller: Caller = { name, passes: gate.passes, kill, pause };
  const meddle = (command: Cut) => world.trouble.redis(caller, command);
  const redis = await onPort((port) => openRedisProxy(world.redis, meddle, port));
  const slack = await onPort(world.slack.door);
  const hub = await onPort(world.hub.door);
  const doors = [slack, hub, redis];
  for (const door of doors) opened.defer(() => door.close());
  world.opened(caller, [slack.port, hub.port], redis);
  const config = reaching(given, slack.port, hub.port, redis.port, world.redisDb);
  const log = logOf((line) => world.log(name, line));
  const deps = { clock: world.clock, log, times: TIMES };

  const clients = await connectAll(config, deps, opened);
  if (checked) await check(config, clients, world);
  const { ports, people } = assemble(config, deps, clients, opened);
  startWork(ports, clients, keysOf(config.instance).prefix, deps, opened);
  const context = {
    ...{ ports, people, log, client: clients.interactive, language: config.slack.language },
    viewContext: contextOf(config, world.clock),
    ackWithin: TIMES.call,
  };
  let handling = 0;
  let frozen: NodeJS.Timeout | undefined;
  opened.defer(() => clearTimeout(frozen));
  const send = signed ? await overHttp(world, config, context, opened) : straight(context, work);

  return {
    ...caller,
    config,
    state: gate.state,
    handling: () => handling,
    deliver: async (kind, payload) => {
      const answer = await Promise.race([send(kind, reroute(payload, slack.port)), gate.died.then(() => LOST)]);
      return (await gate.passes()) ? answer : LOST;
    },
    minute: () => fallbackExpiry(ports).catch(() => {}),
    stop: async () => {
      await within(STOP_WITHIN_MS, opened.disposeAsync());
      gate.die();
    },
  };

  async function work(doing: Promise<void>): Promise<void> {
    handling += 1;
    await doing.catch(() => {}).finally(() => (handling -= 1));
  }

  /** From this instant nothing of it reaches anybody; what it still believes it does, nobody sees. */
  function kill(): void {
    if (gate.state() === "dead") return;
    gate.die();
    for (const door of doors) door.close();
    world.died(name);
    void opened.disposeAsync().catch(() => {});
  }

  function pause(): void {
    if (gate.state() !== "up") return;
    gate.close();
    redis.hold();
    frozen = setTimeout(() => {
      gate.open();
      redis.release();
      world.story.say(`    ${name} goes on`);
    }, PAUSE_MS);
  }
}

const LOST: Delivered = { status: 0, ms: 0, body: "", error: "operation_timeout" };

function createGate() {
  let state: "up" | "paused" | "dead" = "up";
  let waiters: (() => void)[] = [];
  const { promise: died, resolve: die } = Promise.withResolvers<void>();
  const become = (next: typeof state) => {
    if (state === "dead") return;
    state = next;
    if (next === "paused") return;
    for (const wake of waiters) wake();
    waiters = [];
  };
  return {
    state: () => state,
    died,
    passes: async () => {
      while (state === "paused") await new Promise<void>((resolve) => waiters.push(resolve));
      return state === "up";
    },
    close: () => become("paused"),
    open: () => become("up"),
    die: () => {
      become("dead");
      die();
    },
  };
}

const reaching = (config: Config, slack: number, hub: number, redis: number, db: number): Config => ({
  ...config,
  hub: { ...config.hub, server: `https://127.0.0.1:${hub}` },
  env: {
    ...config.env,
    REDIS_URL: `redis://127.0.0.1:${redis}/${db}`,
    SLACK_API_URL: `http://127.0.0.1:${slack}/api/`,
  },
});

async function check(
  config: Config,
  clients: Awaited<ReturnType<typeof connectAll>>,
  { clock }: World,
): Promise<void> {
  const { findings } = await checkStart(config, clock, clients);
  // Redis follows the machine's clock, which does not jump.
  const failures = findings.filter(({ level, check: of }) => level === "fail" && of !== "redis clock");
  if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join("; "));
}

/** Its answers by response_url go by its own door. */
function reroute(payload: Json, port: number): Json {
  const url = payload.response_url;
  if (typeof url !== "string") return payload;
  return { ...payload, response_url: url.replace(/^http:\/\/[^/]+/, `http://127.0.0.1:${port}`) };
}

async function overHttp(
  { slack }: World,
  { env }: Config,
  context: HandlerContext,
  opened: AsyncDisposableStack,
) {
  const listener = createListener({
    ...context,
    transport: { signingSecret: env.SLACK_SIGNING_SECRET ?? "", port: 0 },
    token: env.SLACK_BOT_TOKEN,
    botId: slack.bot.botId,
    botUserId: slack.bot.userId,
    apiUrl: env.SLACK_API_URL,
  });
  opened.adopt(listener, (l) => l.stop());
  const { port } = await listener.start();
  return createHttpDelivery(slack, () => `http://127.0.0.1:${port}/slack/events`);
}

/** What Bolt would call, without Bolt. */
const straight =
  (context: HandlerContext, work: (doing: Promise<void>) => Promise<void>) =>
  async (kind: Kind, payload: Json): Promise<Delivered> => {
    const { promise, resolve } = Promise.withResolvers<Delivered>();
    const ack: Ack = async (answer) =>
      resolve({ status: 200, ms: 0, body: answer === undefined ? "" : JSON.stringify(answer) });
    const late = setTimeout(resolve, 3_000, LOST);
    void work(handlerOf(kind, payload)(context, payload, ack));
    return promise.finally(() => clearTimeout(late));
  };

function handlerOf(kind: Kind, payload: Json): Handle {
  if (kind === "slash_commands") return handleCommand;
  return payload.type === "view_submission" ? handleSubmission : handleClick;
}

function logOf(say: (line: string) => void): Logger {
  const at = (level: string) => (fields: Json, message: string) => {
    const { err, error, reason } = fields as { err?: Error; error?: string; reason?: string };
    if (level !== "info") say(`${level}: ${message} ${err ? `${err.name}: ${err.message}` : `${error ?? ""} ${reason ?? ""}`}`);
  };
  return { info: at("info"), warn: at("warn"), error: at("error") } as unknown as Logger;
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
