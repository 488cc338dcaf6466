/** A lockdown concerns everybody or one person: while it holds, they get no access and keep none. Pure rules about them. */
import { z } from "zod";
import { type Actor, UserId } from "../request/ids.ts";
import { Refused } from "../request/refused.ts";
import { kept } from "../request/shapes.ts";

export const EVERYBODY = "everybody";
export const Locked = z.union([z.literal(EVERYBODY), UserId]);
export type Locked = z.infer<typeof Locked>;

/** Who locked or unlocked, why, and when (ms since the epoch). */
export const Lockdown = kept({
  /** A user id, or `operator NAME` for the command line; empty where nobody knows. */
  by: z.string(),
  words: z.string(),
  at: z.number(),
});
export type Lockdown = z.infer<typeof Lockdown>;

/** Replaces an entry that can't be read or isn't signed by this bot: it locks all the same. */
export const UNKNOWN_LOCKDOWN: Lockdown = { by: "", words: "", at: 0 };

/** The order of a person to lock or to unlock. */
export interface LockdownOrder {
  by: Actor;
  words: string;
}

/** The entries in one place, Redis or the hub, as signed texts. */
export type LockdownEntries = ReadonlyMap<Locked, string>;

/** Takes the fields of a stored object, and leaves out those that name neither a person nor everybody. */
export const lockdownEntries = (fields: Record<string, string>): LockdownEntries =>
  new Map(
    Object.entries(fields).flatMap(([name, text]) => {
      const whom = Locked.safeParse(name);
      return whom.success ? [[whom.data, text] as const] : [];
    }),
  );

/** The lockdowns that hold now. */
export type Lockdowns<Entry extends Lockdown = Lockdown> = ReadonlyMap<Locked, Entry>;

/** Returns the lockdown under which this person gets no access, everybody's first; null when they may ask. */
export const lockdownFor = (lockdowns: Lockdowns, user: UserId): Lockdown | null =>
  lockdowns.get(EVERYBODY) ?? lockdowns.get(user) ?? null;

/** A person's own lockdown takes their power to approve, revoke and unlock, too. Throws Refused locked-out. */
export function assertHasPower(lockdowns: Lockdowns, user: UserId): void {
  const lockdown = lockdowns.get(user);
  if (lockdown) throw new Refused("locked-out", lockdown.by === "" ? {} : { at: lockdown.at });
}
