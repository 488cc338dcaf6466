/** Lockdowns, of everybody or of one person: while one holds, nobody whom it concerns gets or keeps access. */
import { z } from "zod";
import { UserId } from "../request/ids.ts";

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

/** The lockdown that concerns this person now; null when they may ask. */
export function lockdownFor(lockdowns: Lockdowns, user: UserId): Lockdown | null {
  const concerning = [lockdowns.get(EVERYBODY), lockdowns.get(user)];
  return concerning.find((lockdown) => lockdown?.locked) ?? null;
}
