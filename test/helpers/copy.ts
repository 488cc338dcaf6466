/** A copy of everything in Redis, as a backup is one, and its return. */
import type { Redis } from "ioredis";

interface Copied {
  key: string;
  dump: Buffer;
  /** Milliseconds left; 0: for ever. */
  ttl: number;
}
export type RedisCopy = readonly Copied[];

export async function copyRedis(redis: Redis): Promise<RedisCopy> {
  const keys = await redis.keys("*");
  const copied = await Promise.all(
    keys.map(async (key) => ({ key, dump: await redis.dumpBuffer(key), ttl: await redis.pttl(key) })),
  );
  return copied.flatMap(({ key, dump, ttl }) => (dump ? [{ key, dump, ttl: Math.max(0, ttl) }] : []));
}

/** At once, as a Redis that comes up with another file. */
export async function restoreRedis(redis: Redis, copy: RedisCopy): Promise<void> {
  const all = redis.multi().flushall();
  for (const { key, dump, ttl } of copy) all.restore(key, ttl, dump);
  await all.exec();
}
