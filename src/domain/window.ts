/** The time that a request takes of its role: no two of one person overlap. Pure. */
import { SHORTEST } from "./duration.ts";
import type { Refusal } from "./refusal.ts";
import { type AccessRequest, type In, isApproval } from "./request.ts";

export interface Window {
  from: number;
  to: number;
}

/** Of what is to begin with its approval: as if that were given at once. */
export function windowOf(r: AccessRequest): Window {
  const from = beginsAt(r);
  return { from, to: "expiresAt" in r ? r.expiresAt : from + r.duration };
}

/** With its approval, and not before its time; more time where that ends which it adds to. */
export function beginsAt(r: AccessRequest): number {
  if (r.extends) return r.extends.until;
  return "decision" in r ? Math.max(r.decision.at, r.startsAt ?? 0) : (r.startsAt ?? r.requestedAt);
}

/** For how long it was approved, where its end does not say so. */
export const approvedFor = (r: In<"approved" | "delivering" | "active">): number | undefined =>
  r.expiresAt - (r.startsAt ?? r.decision.at) === r.duration ? undefined : r.duration;

/** However late it is approved. */
export function latestEnd(r: AccessRequest): number {
  if ("expiresAt" in r) return r.expiresAt;
  return (r.extends?.until ?? r.startsAt ?? r.closesAt) + r.duration;
}

/** When it is to begin, where that is still to come. */
export const startAhead = ({ startsAt }: Pick<AccessRequest, "startsAt">, now: number): number | undefined =>
  startsAt !== undefined && startsAt > now ? startsAt : undefined;

/** What lasts less than the shortest grant is no overlap: one may follow on the other. */
export const OVERLAP_MS = SHORTEST;

export const overlap = (a: Window, b: Window): boolean =>
  a.from + OVERLAP_MS < b.to && b.from + OVERLAP_MS < a.to;

/**
 * Whether this change takes a window that is not its own yet: it is decided, or of another role. What is taken in an
 * emergency waits for no window, nor does what stands on the hub.
 */
export const claimsWindow = (before: AccessRequest, after: AccessRequest): boolean =>
  after.emergency === undefined &&
  after.state !== "active" &&
  (isNewlyDecided(before, after) || before.role !== after.role);

/** By whoever decides, or by the policy. */
export const isNewlyDecided = (before: AccessRequest, after: AccessRequest): boolean =>
  isApproval({ from: before.state, to: after.state });

/** What whoever wants a part of the same time is told. */
export function windowTaken(by: AccessRequest): Extract<Refusal, { kind: "window-taken" }> {
  const { from, to: until } = windowOf(by);
  return { kind: "window-taken", other: by.id, role: by.role, from, until };
}
