/** What is kept for a while, for all replicas: it may be lost at any time, and nothing that gives access rests on it. */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { guarded, milliseconds, type RedisTime, readAnswers } from "./redis.ts";

/** Every method throws StoreAway. */
export const createKept = (redis: Redis, keys: Keys) => ({
  keep: async (key: string, value: string, ttlMs: number): Promise<void> =>
    void (await guarded(redis.set(keys.kept(key), value, "PX", Math.max(1, Math.ceil(ttlMs))))),

  kept: (key: string): Promise<string | null> => guarded(redis.get(keys.kept(key))),

  /** True once in `ttlMs`, on whichever replica asks first. */
  once: async (key: string, ttlMs: number): Promise<boolean> =>
    (await guarded(redis.set(keys.kept(key), "1", "PX", ttlMs, "NX"))) === "OK",

  /** What was kept, or told once, is so no longer. True when there was something. */
  forget: async (key: string): Promise<boolean> => (await guarded(redis.del(keys.kept(key)))) === 1,

  /** True for the first `most` that ask within `ttlMs` of the first. */
  async allow(key: string, most: number, ttlMs: number): Promise<boolean> {
    const name = keys.kept(key);
    const both = readAnswers(await guarded(redis.multi().incr(name).pexpire(name, ttlMs, "NX").exec()));
    return Number(both[0]) <= most;
  },

  /** Milliseconds, by the clock of Redis. */
  now: async (): Promise<number> => milliseconds((await guarded(redis.time())) as unknown as RedisTime),
});
