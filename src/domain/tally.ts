/** How many requests there are of what matters to an operator, counted in passing. Pure. */
import { leaving } from "./former.ts";
import { type AccessRequest, isGranted } from "./request.ts";

export interface Tally {
  /** Grants that are live, or being set up, by role. */
  live: Record<string, number>;
  /** Waits for a decision, by role. */
  waiting: Record<string, number>;
  /** Ends that are not proved, of earlier generations too. */
  unconfirmed: number;
  /** When the oldest of them began, ms since the epoch. */
  unconfirmedSince: number | null;
}

export const emptyTally = (): Tally => ({ live: {}, waiting: {}, unconfirmed: 0, unconfirmedSince: null });

/** Adds it to `to`. */
export function tally(to: Tally, r: AccessRequest): void {
  if (r.state === "pending") count(to.waiting, r.role);
  if (isGranted(r) && r.state !== "ending") count(to.live, r.role);
  const began = [...(r.state === "ending" ? [r.end.at] : []), ...leaving(r).map(({ at }) => at)];
  to.unconfirmed += began.length;
  if (began.length > 0)
    to.unconfirmedSince = Math.min(to.unconfirmedSince ?? Number.POSITIVE_INFINITY, ...began);
}

/** A role may be called as a property of every object: constructor. */
function count(by: Record<string, number>, role: string): void {
  by[role] = ((Object.hasOwn(by, role) && by[role]) || 0) + 1;
}
