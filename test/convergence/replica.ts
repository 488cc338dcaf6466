/** One replica of the bot in this process: it can be killed, or frozen for longer than its leases last, as a process can. */
import type { Logger } from "pino";
import type { Cut } from "../../sandbox/redis/commands.ts";
import { openRedisProxy } from "../../sandbox/redis/proxy.ts";
import type { Deliver, Delivered } from "../../sandbox/slack/delivery.ts";
import type { JsonObject } from "../../sandbox/slack/types.ts";
import type { Config } from "../../src/config.ts";
import { sendBatch } from "../helpers/hub-tells.ts";
import { type Bot, startBot } from "./bot.ts";
import { createGate, type Life } from "./gate.ts";
import { onPort } from "./ports.ts";
import { disconnectAll, letThrough } from "./redis-clients.ts";
import type { Caller } from "./trouble.ts";
import { within } from "./within.ts";
import type { World } from "./world.ts";

const STOP_WITHIN_MS = 3_000;
const BATCH_WITHIN_MS = 1_000;

export interface Replica extends Caller, Pick<Bot, "handling" | "minute"> {
  life(): Life;
  deliver: Deliver;
  /** Of the hub's audit log; resolves to whether it says so. */
  takesBatch(items: object[]): Promise<boolean>;
  /** As on SIGTERM. */
  stop(): Promise<void>;
}

/** Rejects when it does not start. */
export async function startReplica(
  world: World,
  name: string,
  given: Config,
  whole: boolean,
): Promise<Replica> {
  const shell = await openShell(world, name);
  const config = reaching(given, shell.ports, world.redisDb);
  const deps = { clock: world.clock, log: logOf((line) => world.log(name, line)), times: world.times.now() };
  try {
    const bot = await startBot(config, deps, { slack: world.slack, whole }, shell.opened);
    const { gate } = shell;
    const deliver: Deliver = async (kind, payload) => {
      const sent = bot.deliver(kind, reroute(payload, shell.ports.slack));
      const answer = await Promise.race([sent, gate.died.then(() => LOST)]);
      return (await gate.passes()) ? answer : LOST;
    };
    const takesBatch = async (items: object[]) => {
      const sent = sendBatch(bot.hubAuditPort, items, AbortSignal.timeout(BATCH_WITHIN_MS)).catch(() => 0);
      const status = await Promise.race([sent, gate.died.then(() => 0)]);
      return status === 200 && gate.passes();
    };
    return { ...shell.caller, ...bot, life: gate.life, deliver, takesBatch, stop: shell.stop };
  } catch (error) {
    shell.cut();
    throw error;
  }
}

const LOST: Delivered = { status: 0, ms: 0, body: "", error: "operation_timeout" };

/** Its ways to the outside, and what can be done to it there. */
export async function openShell(world: World, name: string) {
  const gate = createGate();
  const opened = new AsyncDisposableStack();
  const caller: Caller = { name, passes: gate.passes, kill, pause };
  const meddle = (command: Cut) => world.trouble.redis(caller, command);
  const redis = await onPort((port) => openRedisProxy(world.redis, meddle, port));
  letThrough(redis.port);
  const slack = await onPort(world.slack.door);
  const hub = await onPort(world.hub.door);
  const doors = [slack, hub, redis];
  let frozen: NodeJS.Timeout | undefined;
  world.opened(caller, [slack.port, hub.port], redis);
  return {
    ...{ gate, opened, caller, cut },
    ports: { slack: slack.port, hub: hub.port, redis: redis.port },
    async stop() {
      await within(STOP_WITHIN_MS, opened.disposeAsync(), () => {});
      cut();
    },
  };

  /** From this instant nothing of it reaches anybody; what it still believes it does, nobody sees. */
  function kill(): void {
    if (gate.life() === "dead") return;
    cut();
    world.died(name);
  }

  function cut(): void {
    clearTimeout(frozen);
    gate.die();
    for (const door of doors) door.close();
    disconnectAll(redis.port);
    void opened.disposeAsync().catch(() => {});
  }

  /** What it had sent already is held too, and takes effect when it goes on. */
  function pause(): void {
    if (gate.life() !== "up") return;
    gate.hold();
    redis.hold("frozen");
    world.paused();
    frozen = setTimeout(() => {
      gate.release();
      redis.release("frozen");
      world.wentOn();
      world.story.say(`    ${name} goes on`);
    }, world.times.now().lease.ttl + 200);
  }
}

export const reaching = (
  config: Config,
  ports: { slack: number; hub: number; redis: number },
  db: number,
): Config => ({
  ...config,
  hub: { ...config.hub, server: `https://127.0.0.1:${ports.hub}` },
  env: {
    ...config.env,
    REDIS_URL: `redis://127.0.0.1:${ports.redis}/${db}`,
    SLACK_API_URL: `http://127.0.0.1:${ports.slack}/api/`,
  },
});

/** Its answers by response_url go by its own door. */
function reroute(payload: JsonObject, port: number): JsonObject {
  const url = payload.response_url;
  if (typeof url !== "string") return payload;
  return { ...payload, response_url: url.replace(/^http:\/\/[^/]+/, `http://127.0.0.1:${port}`) };
}

export function logOf(say: (line: string) => void): Logger {
  const at = (level: string) => (fields: JsonObject, message: string) => {
    const { err, error, reason } = fields as { err?: Error; error?: string; reason?: string };
    const why = err ? `${err.name}: ${err.message}` : `${error ?? ""} ${reason ?? ""}`;
    say(`${level}: ${message} ${why}`.trim());
  };
  return { debug: () => {}, info: () => {}, warn: at("warn"), error: at("error") } as unknown as Logger;
}
