/** A lockdown concerns everybody or one person: while it holds, they get no access and keep none. Pure rules about them. */
import { z } from "zod";
import { type Actor, UserId } from "../request/ids.ts";
import { kept } from "../request/shapes.ts";

export const EVERYBODY = "everybody";
export const Locked = z.union([z.literal(EVERYBODY), UserId]);
export type Locked = z.infer<typeof Locked>;

export const Lockdown = kept({
  locked: z.boolean(),
  /** A user id, or `operator NAME` for the command line. */
  by: z.string(),
  words: z.string(),
  /** Milliseconds since the epoch, only to be shown: clocks differ, so `n` orders them. */
  at: z.number(),
  /** A serial number: the higher one of two counts. */
  n: z.int().nonnegative(),
});
export type Lockdown = z.infer<typeof Lockdown>;

/** Replaces a lockdown that is there and cannot be read: it locks, until somebody writes a new one. */
export const UNREADABLE_LOCKDOWN: Lockdown = { locked: true, by: "", words: "", at: 0, n: -1 };

export type Lockdowns = ReadonlyMap<Locked, Lockdown>;

/** One act of locking or unlocking. */
export interface LockdownDeed {
  locked: boolean;
  by: Actor;
  words: string;
}

/** Returns the lockdown that takes this person's access away now, everybody's first; null when they may ask. */
export function lockdownFor(lockdowns: Lockdowns, user: UserId): Lockdown | null {
  const concerning = [lockdowns.get(EVERYBODY), lockdowns.get(user)];
  return concerning.find((lockdown) => lockdown?.locked) ?? null;
}

/** Returns this person's own lockdown, under which they may not approve or revoke either; everybody's takes access only. */
export function lockdownOfPerson(lockdowns: Lockdowns, user: UserId): Lockdown | null {
  const lockdown = lockdowns.get(user);
  return lockdown?.locked ? lockdown : null;
}

/** Returns the copy that counts, of Redis' and the hub's: the higher number, and at the same number the one that locks. */
export function newerLockdown(one: Lockdown | null, other: Lockdown | null): Lockdown | null {
  if (one === null || other === null) return one ?? other;
  if (one.n !== other.n) return one.n > other.n ? one : other;
  return one.locked ? one : other;
}
