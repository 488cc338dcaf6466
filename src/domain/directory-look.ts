/** What was seen at the last look at the user groups, and when one more is due: the stored form. Pure. */
import { z } from "zod";
import { MINUTE, SECOND } from "./duration.ts";
import { GroupSeen, ONE_LOSS_MS } from "./group-seen.ts";

/** A version keeps what only its neighbour knows. */
export const DirectoryLook = z.looseObject({
  /** Of how many that were asked for it is the answer. */
  asked: z.number().int(),
  at: z.number().int(),
  /** By the id of the user group. */
  groups: z.record(z.string(), GroupSeen),
});
export type DirectoryLook = z.infer<typeof DirectoryLook>;

export interface Looked {
  /** How many were asked for so far. */
  asked: number;
  /** Null before the first. */
  look: DirectoryLook | null;
  /** When each holder was last looked up. */
  peopleAt: number;
}

/** With what a look takes, an event that nobody got costs an hour at most. */
const EVERY_MS = 50 * MINUTE;
/** A sync changes many groups, and each change is told: these are few of Slack's calls. */
const APART_MS = 6 * SECOND;
/** For administrators that could not be told. */
const UNTOLD_MS = MINUTE;

/** Both also where the clock was set back since: then nobody knows how old a look is. */
export const isPeopleDue = ({ peopleAt }: Looked, now: number): boolean =>
  Math.abs(now - peopleAt) >= EVERY_MS;

export function areGroupsDue({ asked, look }: Looked, now: number): boolean {
  if (!look) return true;
  const groups = Object.values(look.groups);
  // What was lost is no part of what is lost from then on.
  const isLossOver = groups.some(({ lossSince = now }) => Math.abs(now - lossSince) >= ONE_LOSS_MS);
  if (isLossOver && Math.abs(now - look.at) >= APART_MS) return true;
  const untold = groups.some(({ doubt }) => doubt && !doubt.told);
  const wait = asked !== look.asked ? APART_MS : untold ? UNTOLD_MS : EVERY_MS;
  return Math.abs(now - look.at) >= wait;
}
