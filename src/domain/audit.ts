/** One line of history for each change of state and each remark, derived from the record before and after. Pure. */
import type { Review } from "./break-glass.ts";
import { type Actor, rowOf } from "./lifecycle.ts";
import { isTokenLeft } from "./messages.ts";
import type { AccessRequest, State } from "./request.ts";

/** What the trail (a Redis stream) and the log keep of a transition. Times are milliseconds since the epoch. */
export interface Transition {
  id: string;
  at: number;
  from: State | null;
  to: State;
  /** Slack user id, `policy` for the catalog, `time` for a limit that passed, `bot` for its own steps. */
  who: string;
  why: string | null;
  /** The user group or user id through which an approver qualified. */
  qualified: string | null;
  requester: string;
  /** Who asked for them, where that is somebody else. */
  askedBy: string | null;
  role: string;
  clusterRole: string;
  reason: string;
  duration: number;
  policy: string;
  generation: number;
  expiresAt: number | null;
  accountUid: string | null;
  bindingUid: string | null;
  tokenExpiresAt: number | null;
  verification: { method: string; deletedAt: number; at: number } | null;
}

/** Null when nothing happened that an auditor looks for. */
export function transition(
  before: AccessRequest | null,
  after: AccessRequest,
  now: number,
): Transition | null {
  const moved = before?.state !== after.state;
  const remark = before && remarkOn(before, after);
  if (!moved && !remark) return null;
  const grant = "grant" in after ? after.grant : undefined;
  return {
    id: after.id,
    at: now,
    from: before?.state ?? null,
    to: after.state,
    ...(moved || !remark ? rowOf(after).actor(after) : remark),
    requester: after.requester.id,
    askedBy: after.askedBy?.id ?? null,
    role: after.role,
    clusterRole: after.clusterRole,
    reason: after.reason,
    duration: after.duration,
    policy: after.policy,
    generation: after.generation,
    expiresAt: "expiresAt" in after ? after.expiresAt : null,
    accountUid: grant?.accountUid ?? null,
    bindingUid: grant?.bindingUid ?? null,
    tokenExpiresAt: grant?.tokenExpiresAt ?? null,
    verification: after.state === "ended" ? after.verification : null,
  };
}

/** What stands on the trail although the state stays. */
function remarkOn(before: AccessRequest, after: AccessRequest): Actor | null {
  const review = newReview(before, after);
  if (review) return { who: review.by.id, why: `reviewed: ${review.comment}`, qualified: review.qualified };
  const contradicted = "contradictedAt" in after && after.contradictedAt !== undefined;
  if (contradicted && !("contradictedAt" in before && before.contradictedAt !== undefined))
    return byBot("a token was accepted after its account was removed");
  return isTokenLeft(after) && !isTokenLeft(before) ? byBot("the token is left in Slack, dead") : null;
}

const byBot = (why: string): Actor => ({ who: "bot", why, qualified: null });

const newReview = (before: AccessRequest, after: AccessRequest): Review | undefined =>
  after.emergency?.reviews[before.emergency?.reviews.length ?? 0];
