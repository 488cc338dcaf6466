/** Small values that all replicas share and that expire: marks, counters, cursors. Losing them gives nobody access. */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { guarded, milliseconds, type RedisTime, readAnswers } from "./redis.ts";

/** Times are milliseconds. Every method throws StoreAway. */
export const createKept = (redis: Redis, keys: Keys) => ({
  keep: async (key: string, value: string, ttlMs: number): Promise<void> =>
    void (await guarded(redis.set(keys.kept(key), value, "PX", Math.max(1, Math.ceil(ttlMs))))),

  kept: (key: string): Promise<string | null> => guarded(redis.get(keys.kept(key))),

  /** Returns true once in `ttlMs`, to the replica that asks first. */
  once: async (key: string, ttlMs: number): Promise<boolean> =>
    (await guarded(redis.set(keys.kept(key), "1", "PX", ttlMs, "NX"))) === "OK",

  /** Deletes what was kept, or the mark of `once`. Returns true when there was one. */
  forget: async (key: string): Promise<boolean> => (await guarded(redis.del(keys.kept(key)))) === 1,

  /** Limits a rate: returns true for the first `most` calls within `ttlMs` of the first. */
  async allow(key: string, most: number, ttlMs: number): Promise<boolean> {
    const name = keys.kept(key);
    const both = readAnswers(await guarded(redis.multi().incr(name).pexpire(name, ttlMs, "NX").exec()));
    return Number(both[0]) <= most;
  },

  /** Returns milliseconds since the epoch, by the clock of Redis. */
  now: async (): Promise<number> => milliseconds((await guarded(redis.time())) as unknown as RedisTime),
});
