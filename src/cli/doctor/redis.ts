/** Redis answers, is fit for the bot, and keeps what it is told. */
import { once } from "node:events";
import { redisTrouble, unsuitableRedis } from "../../store/redis.ts";
import { type Finding, fail, ok, type RedisSide, warn } from "./finding.ts";

const ANSWERS_WITHIN_MS = 3000;

export async function checkRedis({ redis, store }: RedisSide): Promise<Finding[]> {
  try {
    // An error of the connection rejects it.
    if (redis.status !== "ready")
      await once(redis, "ready", { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  } catch (error) {
    const message =
      redisTrouble(redis, error as Error) ?? `Redis does not answer (${(error as Error).message})`;
    return [fail("redis", message, "Start Redis, or correct REDIS_URL and its password")];
  }
  const unsuitable = (await unsuitableRedis(redis)) ?? (await store.owner.mismatch());
  if (unsuitable)
    return [
      fail(
        "redis",
        unsuitable,
        "Correct REDIS_URL, RECORDS_KEY or Redis itself; the bot does not start with it",
      ),
    ];
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
