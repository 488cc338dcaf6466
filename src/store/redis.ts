/** Opens connections to Redis, one that fails fast and one for BullMQ's workers that waits, and explains its errors. */
import { Redis } from "ioredis";
import type { Logger } from "pino";

/** Redis did not answer, or refused. Whether anything was stored is not known. */
export class StoreAway extends Error {
  override name = "StoreAway";
}

/** Resolves to Redis' answer. Throws StoreAway for every error of it. */
export async function guarded<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw new StoreAway((error as Error).message, { cause: error });
  }
}

const ANSWER_WITHIN_MS = 1500;

/** Opens the bot's own connection: every command is answered within 1.5 s, or rejects at once while Redis is away. */
export const openFailFast = (url: string, log: Logger): Redis =>
  watched(
    new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: ANSWER_WITHIN_MS,
      connectTimeout: ANSWER_WITHIN_MS,
      retryStrategy: (times) => Math.min(50 * times, 1000),
    }),
    log,
  );

/** Opens a connection for workers: no command has a time limit, since a worker blocks until a job comes. */
export const openPatient = (url: string, log: Logger): Redis =>
  watched(
    new Redis(url, {
      maxRetriesPerRequest: null,
      connectTimeout: 5000,
      retryStrategy: (times) => Math.min(100 * times, 1000),
    }),
    log,
  );

/** The last error of each connection: the one that a command throws ("Stream isn't writeable…") does not say why. */
const lastFailures = new WeakMap<Redis, Error>();

/** Listens for errors, which ioredis would print: a debug line is enough, since outages.ts tells of the outage. */
function watched(redis: Redis, log: Logger): Redis {
  redis.setMaxListeners(100);
  redis.on("ready", () => lastFailures.delete(redis));
  redis.on("error", (error) => {
    lastFailures.set(redis, error);
    log.debug({ err: error }, "Redis: a try to connect failed");
  });
  return redis;
}

const READ_ONLY = "Redis is a read-only replica; give REDIS_URL its primary";
const TROUBLES: readonly (readonly [words: RegExp, trouble: string])[] = [
  [/^(?:WRONGPASS|ERR invalid password|ERR AUTH)/, "Redis refuses the password; correct it in REDIS_URL"],
  [/^NOAUTH/, "Redis wants a password; put it into REDIS_URL, as redis://:password@host:6379"],
  [/^READONLY/, READ_ONLY],
];
const TLS_TROUBLES: typeof TROUBLES = [
  [
    /certificate|altnames/i,
    "Redis shows a certificate that is not trusted; for a CA of your own set NODE_EXTRA_CA_CERTS",
  ],
  // A Redis without TLS waits for the end of a line that never comes.
  [
    /ETIMEDOUT|before secure TLS|wrong version number/,
    "Redis does not answer by TLS; where it has none, begin REDIS_URL with redis://",
  ],
];

/** Returns a sentence for the operator that says what to correct; null where the last error tells of a mere outage. */
export function redisTrouble(redis: Redis, error: Error): string | null {
  const texts = [error.message, lastFailures.get(redis)?.message ?? ""];
  const known = redis.options.tls ? [...TROUBLES, ...TLS_TROUBLES] : TROUBLES;
  return known.find(([words]) => texts.some((text) => words.test(text)))?.[1] ?? null;
}

/** Runs at the start and in doctor. Returns why this Redis cannot be used, as a sentence; null when it can. Throws StoreAway. */
export async function unsuitableRedis(redis: Redis): Promise<string | null> {
  const info = await guarded(redis.info());
  const major = Number(/^redis_version:(\d+)/m.exec(info)?.[1] ?? 0);
  if (major < 7) return "Redis is older than 7.0; use a newer one";
  if (/^cluster_enabled:1/m.test(info)) return "Redis Cluster is not supported; use a single Redis";
  if (/^role:slave/m.test(info)) return READ_ONLY;
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy !== undefined && policy !== "noeviction")
    return `Redis may evict records (maxmemory-policy ${policy}); set it to noeviction`;
  return null;
}

/** Redis' answer to TIME: seconds since the epoch, and microseconds within the second. */
export type RedisTime = readonly [string, string];

export const milliseconds = ([seconds, micros]: RedisTime): number =>
  Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);

/** Returns the answers of a pipeline, in its order. Throws StoreAway where one of them is an error. */
export function readAnswers(results: [Error | null, unknown][] | null): unknown[] {
  return (results ?? []).map(([error, answer]) => {
    if (error) throw new StoreAway(error.message, { cause: error });
    return answer;
  });
}
