/** Redis answers, is fit for the bot, keeps what it is told, and its clock is right. */
import { once } from "node:events";
import { MINUTE, SECOND } from "../../request/durations.ts";
import { redisTrouble, unsuitableRedis } from "../../store/redis.ts";
import { type Finding, fail, ok, type RedisSide, warn } from "./finding.ts";

const CONNECTED_WITHIN_MS = 3000;

export async function checkRedis({ redis, store }: RedisSide): Promise<Finding | Finding[]> {
  try {
    // An error of the connection rejects it.
    if (redis.status !== "ready")
      await once(redis, "ready", { signal: AbortSignal.timeout(CONNECTED_WITHIN_MS) });
  } catch (error) {
    const { message } = error as Error;
    const trouble = redisTrouble(redis, error as Error) ?? `Redis does not answer (${message})`;
    return fail("redis", trouble, "Start Redis, or correct REDIS_URL and its password");
  }
  const unsuitable = (await unsuitableRedis(redis)) ?? (await store.owner.mismatch());
  if (unsuitable)
    return fail(
      "redis",
      unsuitable,
      "Correct REDIS_URL, RECORDS_KEY or Redis itself; the bot does not start with it",
    );
  const isKept = /^aof_enabled:1/m.test(await redis.info("persistence"));
  return [
    ok("redis", "it answers, and evicts nothing"),
    isKept
      ? ok("redis persistence", "the append-only file is on")
      : warn(
          "redis persistence",
          "without the append-only file a restart loses the latest requests; access is never revived by that",
          "redis-cli CONFIG SET appendonly yes, and in redis.conf",
        ),
  ];
}

export const checkRedisClock = async ({ clock, store }: RedisSide): Promise<Finding> =>
  clockFinding("redis clock", (await store.now()) - clock.now());

/** `offset`: how far it is from this machine's, ms. */
export function clockFinding(check: string, offset: number): Finding {
  const message = `${Math.round(Math.abs(offset) / SECOND)} s apart from this machine's`;
  return Math.abs(offset) <= MINUTE
    ? ok(check, message)
    : fail(check, message, "timedatectl set-ntp true, on both machines");
}
