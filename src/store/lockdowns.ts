/** Lockdowns of everybody or of one person: each a value with its moment, so that the newer of two copies wins. */
import type { Redis } from "ioredis";
import { z } from "zod";
import { UserId } from "../request/ids.ts";
import type { Keys } from "./keys.ts";
import { guarded } from "./redis.ts";
import type { TrailEntry } from "./trail.ts";

export const EVERYBODY = "everybody";
export const Locked = z.union([z.literal(EVERYBODY), UserId]);
export type Locked = z.infer<typeof Locked>;

export const Lockdown = z.object({
  locked: z.boolean(),
  /** A user id, or `operator NAME` on the command line. */
  by: z.string(),
  words: z.string(),
  at: z.number(),
});
export type Lockdown = z.infer<typeof Lockdown>;

export type Lockdowns = Map<Locked, Lockdown>;

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

/** The lockdown that concerns this person now; null when they may ask. */
export function lockdownFor(lockdowns: Lockdowns, user: UserId): Lockdown | null {
  const concerning = [lockdowns.get(EVERYBODY), lockdowns.get(user)];
  return concerning.find((lockdown) => lockdown?.locked) ?? null;
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
