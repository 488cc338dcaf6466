/** One line of history for each change of state, derived from the record before and after. Pure. */
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

/** Null when the state did not change. */
export function transition(
  before: AccessRequest | null,
  after: AccessRequest,
  now: number,
): Transition | null {
  if (before?.state === after.state) return null;
  const grant = "grant" in after ? after.grant : undefined;
  return {
    id: after.id,
    at: now,
    from: before?.state ?? null,
    to: after.state,
    ...actor(after),
    requester: after.requester.id,
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

type Actor = Pick<Transition, "who" | "why" | "qualified">;

function actor(r: AccessRequest): Actor {
  const bot: Actor = { who: "bot", why: null, qualified: null };
  switch (r.state) {
    case "requested":
    case "withdrawn":
      return { ...bot, who: r.requester.id };
    case "refused":
      return { ...bot, who: "policy", why: r.refusal.kind };
    case "timedOut":
      return { ...bot, who: "time" };
    case "denied":
      return { who: r.by.id, why: r.why, qualified: r.qualified };
    case "approved":
      return {
        ...bot,
        who: r.decision.by === "policy" ? "policy" : r.decision.by.id,
        qualified: r.decision.qualified,
      };
    case "ending":
      return {
        who: r.end.by?.id ?? (r.end.cause === "expired" ? "time" : "bot"),
        why: [r.end.cause, r.end.failure, r.end.reason].filter(Boolean).join(": "),
        qualified: r.end.qualified ?? null,
      };
    case "ended":
      return { ...bot, why: r.end.cause };
    case "pending":
    case "delivering":
    case "active":
      return bot;
  }
}
