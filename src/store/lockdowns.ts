/** Lockdowns of everybody or of one person: each a value with its moment, so that the newer of two copies wins. */
import type { Redis } from "ioredis";
import { Lockdown, type Lockdowns, Locked } from "../policy/lockdown.ts";
import type { Keys } from "./keys.ts";
import { guarded } from "./redis.ts";
import type { TrailEntry } from "./trail.ts";

/** Text of the hub's annotation and of the fields in Redis: what cannot be read is left out. */
export function readLockdowns(fields: Record<string, string>): Lockdowns {
  return new Map(
    Object.entries(fields).flatMap(([who, text]) => {
      const whom = Locked.safeParse(who);
      const lockdown = Lockdown.safeParse(JSON.parse(text));
      return whom.success && lockdown.success ? [[whom.data, lockdown.data] as const] : [];
    }),
  );
}

export function createLockdowns(redis: Redis, keys: Keys) {
  return {
    read: async (): Promise<Lockdowns> => readLockdowns(await guarded(redis.hgetall(keys.lockdowns))),

    /** Stores it together with its trail entry. */
    write: async (whom: Locked, lockdown: Lockdown, entry: TrailEntry): Promise<void> => {
      const value = JSON.stringify(lockdown);
      await guarded(
        redis
          .multi()
          .hset(keys.lockdowns, whom, value)
          .xadd(keys.trail, "*", "entry", JSON.stringify(entry))
          .exec(),
      );
    },
  };
}
