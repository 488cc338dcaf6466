/** Lockdowns, of everybody or of one person: while one holds, nobody whom it concerns gets or keeps access. */
import { z } from "zod";
import { type Actor, UserId } from "../request/ids.ts";
import { kept } from "../request/shapes.ts";

export const EVERYBODY = "everybody";
export const Locked = z.union([z.literal(EVERYBODY), UserId]);
export type Locked = z.infer<typeof Locked>;

export const Lockdown = kept({
  locked: z.boolean(),
  /** A user id, or `operator NAME` on the command line. */
  by: z.string(),
  words: z.string(),
  /** Shown alone: clocks differ. */
  at: z.number(),
  /** Orders them: of two the higher counts. */
  n: z.int().nonnegative(),
});
export type Lockdown = z.infer<typeof Lockdown>;

/** One that is there and cannot be read: it locks, until somebody writes a new one. */
export const UNREADABLE_LOCKDOWN: Lockdown = { locked: true, by: "", words: "", at: 0, n: -1 };

export type Lockdowns = ReadonlyMap<Locked, Lockdown>;

/** Somebody locks or unlocks. */
export interface LockdownDeed {
  locked: boolean;
  by: Actor;
  words: string;
}

/** The lockdown that concerns this person's access now; null when they may ask. */
export function lockdownFor(lockdowns: Lockdowns, user: UserId): Lockdown | null {
  const concerning = [lockdowns.get(EVERYBODY), lockdowns.get(user)];
  return concerning.find((lockdown) => lockdown?.locked) ?? null;
}

/** A person who is locked down by themselves has no power either; a lockdown of everybody takes access alone. */
export function lockdownOfPerson(lockdowns: Lockdowns, user: UserId): Lockdown | null {
  const lockdown = lockdowns.get(user);
  return lockdown?.locked ? lockdown : null;
}

/** Of the two copies the one that counts: the higher number, and of the same number the one that locks. */
export function newerLockdown(one: Lockdown | null, other: Lockdown | null): Lockdown | null {
  if (one === null || other === null) return one ?? other;
  if (one.n !== other.n) return one.n > other.n ? one : other;
  return one.locked ? one : other;
}
