/** Puts together, once a process, all that steps, actions and handlers need: the type Bot. start.ts then runs it. */
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { createHub, type Hub } from "./hub/create-hub.ts";
import type { MintedToken } from "./hub/hub.ts";
import { createOutages, type Outages } from "./outages.ts";
import type { LockdownEntries } from "./policy/lockdown.ts";
import { createQueue, type Queue } from "./queue/queue.ts";
import type { Clock } from "./request/clock.ts";
import type { RequestId } from "./request/ids.ts";
import type { HoldReason } from "./request/record.ts";
import { createSlack, type Slack } from "./slack/client.ts";
import { openFailFast, redisTrouble } from "./store/redis.ts";
import { createStore, type Store } from "./store/store.ts";

/** A company's check that gives no answer that counts: since when (ms since the epoch), and why. */
export interface SilentCheck {
  since: number;
  why: string;
}

export interface Bot {
  config: Config;
  clock: Clock;
  store: Store;
  hub: Hub;
  slack: Slack;
  queue: Queue;
  log: Logger;
  /** Checks of the hub that fail now, so that new access waits; life/sweep/checks.ts sets them. */
  checks: { failing: readonly FailingCheck[] };
  /** The entries that this replica last read from the hub; life/lockdown/read.ts sets them. */
  lockdowns: { onHub: LockdownEntries };
  /** The company's check by role; null where it answers. */
  companyChecks: Map<string, SilentCheck | null>;
  /** Says once in the log that Slack, the hub or Redis is away, and once that it is back. */
  outages: Outages;
  /** Unused tokens of accounts that this replica deleted, for hub/proof.ts. */
  probes: Map<RequestId, MintedToken>;
  /** Aborted when this replica stops. */
  stopping: AbortSignal;
  /** Returns a new random word, such as the version of a record. */
  word(): string;
}

/** A check that fails, and the roles whose new access it holds back. */
export interface FailingCheck {
  reason: HoldReason;
  roles: readonly string[] | "all";
}

/** Holds back all new access until the hub was checked for the first time. */
const NOT_LOOKED: FailingCheck = { reason: { code: "not-looked", name: null }, roles: "all" };

export interface BotParts {
  clock: Clock;
  log: Logger;
}

/** Opens the connection to Redis and makes the parts; no worker or loop runs yet. Commands of the command line use it too. */
export function createBot(config: Config, { clock, log }: BotParts, stopping: AbortSignal) {
  const { instance, hub: settings, env } = config;
  const redis = openFailFast(env.REDIS_URL, log);
  const store = createStore({ redis, instance, hub: settings.name, key: env.RECORDS_KEY, log });
  const hub = createHub({ settings, instance, clock, log });
  const outages = createOutages({
    log,
    now: clock.now,
    redisTrouble: (error) => redisTrouble(redis, error),
  });
  const slack = createSlack({
    token: env.SLACK_BOT_TOKEN,
    apiUrl: env.SLACK_API_URL,
    proxy: env.HTTPS_PROXY,
    noProxy: env.NO_PROXY,
    store,
    clock,
    onDone: () => outages.markBack("Slack"),
  });
  const queue = createQueue({ failFast: redis, prefix: store.keys.prefix });
  const bot: Bot = {
    config,
    clock,
    store,
    hub,
    slack,
    queue,
    outages,
    log,
    stopping,
    checks: { failing: [NOT_LOOKED] },
    lockdowns: { onHub: new Map() },
    companyChecks: new Map(),
    probes: new Map(),
    word: () => randomBytes(9).toString("base64url"),
  };
  const close = async () => {
    await Promise.allSettled([queue.close(), hub.close()]);
    redis.disconnect();
  };
  return { bot, redis, close };
}
