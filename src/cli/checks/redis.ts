/** Redis answers, takes writes, is new enough, never evicts, keeps what it is told, and agrees on the time. */
import type { Redis } from "ioredis";
import { writing } from "../../store/failures.ts";
import type { Store } from "../../store/store.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** XADD MINID and the options BullMQ needs came with 6.2. */
const OLDEST = [6, 2] as const;
const SKEW_MAX = 60_000;

export async function checkRedis(
  redis: Pick<Redis, "info" | "time">,
  where: string,
  now: () => number,
): Promise<Finding[]> {
  let info: Map<string, string>;
  try {
    info = readInfo(await redis.info());
  } catch (error) {
    return [
      fail("redis", `Redis at ${where} does not answer (${reason(error)})`, "Start Redis, or mend REDIS_URL"),
    ];
  }
  return [version(info), eviction(info), persistence(info), await skew(redis, now)];
}

/** Null where it takes them. Throws StoreDown, StoreUnsure. */
export async function refusesWrites({ redis, keys }: Pick<Store, "redis" | "keys">): Promise<Finding | null> {
  const word = await writing(redis, () => redis.set(keys.ping, "1", "PX", 1000).then(() => null, refusalIn));
  if (word === null) return null;
  return fail(
    "redis writes",
    `Redis takes no writes (${word})`,
    "redis-cli INFO and SET, where Redis runs: is it a replica, or are its memory or its disk full?",
  );
}

/** The first word alone: the rest may quote the command. Throws what is none. */
function refusalIn(error: Error): string {
  if (error.name !== "ReplyError") throw error;
  return error.message.split(" ", 1)[0] ?? "";
}

/** Never the message of a connection error's whole: it may quote the URL. */
const reason = (error: unknown): string => (error as { code?: string }).code ?? (error as Error).name;

const readInfo = (text: string): Map<string, string> =>
  new Map(
    text
      .split("\r\n")
      .filter((line) => line.includes(":"))
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
  );

function version(info: Map<string, string>): Finding {
  const text = info.get("redis_version") ?? "0";
  const [major = 0, minor = 0] = text.split(".").map(Number);
  const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  if (old) return fail("redis version", `Redis ${text} is too old`, "Run Redis 6.2 or newer, or Valkey");
  return ok(
    "redis version",
    info.has("valkey_version") ? `Valkey ${info.get("valkey_version")}` : `Redis ${text}`,
  );
}

function eviction(info: Map<string, string>): Finding {
  const policy = info.get("maxmemory_policy") ?? "unknown";
  if (policy === "noeviction") return ok("redis eviction", "noeviction");
  return fail(
    "redis eviction",
    `maxmemory-policy is ${policy}: Redis may throw requests away`,
    "redis-cli CONFIG SET maxmemory-policy noeviction (and in redis.conf)",
  );
}

function persistence(info: Map<string, string>): Finding {
  if (info.get("aof_enabled") === "1") return ok("redis persistence", "append-only file on");
  return warn(
    "redis persistence",
    "the append-only file is off: a restart of Redis loses the latest changes",
    "redis-cli CONFIG SET appendonly yes (and in redis.conf)",
  );
}

async function skew(redis: Pick<Redis, "time">, now: () => number): Promise<Finding> {
  const [seconds, micros] = await redis.time();
  const off = Number(seconds) * 1000 + Number(micros) / 1000 - now();
  if (Math.abs(off) <= SKEW_MAX) return ok("redis clock", `${Math.round(off / 1000)} s off`);
  return fail(
    "redis clock",
    `the clocks differ by ${Math.round(off / 1000)} s`,
    "timedatectl set-ntp true, on both machines",
  );
}
