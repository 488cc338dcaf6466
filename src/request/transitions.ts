/** Pure moves of a record from one state to the next; each is given the moment. */
import type { UserId } from "./ids.ts";
import type { EndCause, OutcomeKind, Request } from "./record.ts";
import type { RefusalNote } from "./refused.ts";

/** How long the access lasts: what was approved, else what was asked for. */
export const grantedTime = (request: Request): number => request.granted ?? request.duration;

/**
 * Approved: it waits for its start, or is set up now. The end is fixed here and never changes: the later of approval
 * and start, plus the time; of more time, the end of what it follows, plus the time added.
 */
export function approved(request: Request, now: number): Request {
  const { startsAt, prolongsFrom } = request;
  if (startsAt !== null && startsAt > now) return { ...request, state: "scheduled", trouble: null };
  const from = Math.max(now, startsAt ?? 0, prolongsFrom ?? 0);
  return { ...request, state: "granting", endsAt: from + grantedTime(request), trouble: null };
}

interface Ended {
  cause: EndCause;
  by?: UserId | null;
  words?: string;
}

/** Access must go: from granting or active to ending. */
export const startEnding = (
  request: Request,
  { cause, by = null, words = "" }: Ended,
  now: number,
): Request => ({
  ...request,
  state: "ending",
  trouble: null,
  ending: { cause, by, words, at: now, deletedAt: null, proof: null, unconfirmedAt: null },
});

interface Closed {
  kind: OutcomeKind;
  by?: UserId | null;
  words?: string;
  refusal?: RefusalNote | null;
}

/** Over, and nothing of it may be on the hub. */
export function closeRequest(
  request: Request,
  { kind, by = null, words = "", refusal = null }: Closed,
  now: number,
): Request {
  return { ...request, state: "closed", trouble: null, outcome: { kind, by, words, refusal, at: now } };
}

/** Another token is wanted, in a message of its own; the one before is deleted. */
export const withNewToken = (
  request: Request,
  why: "asked" | "new-key",
  signingKey: string | null,
): Request => ({
  ...request,
  token: { number: request.token.number + 1, hidden: false, why, signingKey },
});
