/** Moves a record from one state to the next. All functions are pure; times are milliseconds. */
import type { Actor } from "./ids.ts";
import {
  type Approval,
  type EndCause,
  type Ending,
  type HoldReason,
  mayHoldAccess,
  type OutcomeKind,
  type Request,
} from "./record.ts";
import type { RefusalNote } from "./refused.ts";

export const grantedTime = (request: Request): number => request.granted ?? request.duration;

export const accessStart = (
  { startsAt, prolongsFrom }: Pick<Request, "startsAt" | "prolongsFrom">,
  now: number,
): number => Math.max(now, startsAt ?? 0, prolongsFrom ?? 0);

export function approvedTime({ duration }: Request, approvals: readonly Approval[]): number | null {
  const shortest = Math.min(duration, ...approvals.map(({ time }) => time));
  return shortest < duration ? shortest : null;
}

export const totalGranted = (chain: readonly Request[]): number =>
  chain.filter(({ endsAt }) => endsAt !== null).reduce((sum, one) => sum + grantedTime(one), 0);

/** Null for access that starts now: its time counts from the grant. */
export function statedEnd(request: Request): number | null {
  const start = request.startsAt ?? request.prolongsFrom;
  return start === null ? null : start + grantedTime(request);
}

/** An approved request waits for its start and for failing checks. Granting fixes its end. */
export function grantOrSchedule(request: Request, now: number, heldBack: HoldReason[]): Request {
  const isLater = request.startsAt !== null && request.startsAt > now;
  if (isLater || heldBack.length > 0)
    return { ...request, state: "scheduled", heldBack: isLater ? [] : heldBack, trouble: null };
  const endsAt = statedEnd(request) ?? now + grantedTime(request);
  return { ...request, state: "granting", grantedAt: now, endsAt, heldBack: [], trouble: null };
}

/** `refusal`: why the bot itself ends it. */
interface Ended {
  cause: EndCause;
  by?: Actor | null;
  words?: string;
  refusal?: RefusalNote | null | undefined;
  /** The hub had its binding, even if the record doesn't say so. */
  hadBinding?: boolean;
  goneAt?: number | null;
}

export const newEnding = (
  { cause, by = null, words = "", refusal = null, goneAt = null }: Ended,
  at: number,
): Ending => ({
  cause,
  by,
  words,
  refusal,
  at,
  goneAt,
  deletedAt: null,
  trouble: null,
  proof: null,
  unconfirmedAt: null,
});

export const startEnding = (request: Request, ended: Ended, now: number): Request => ({
  ...request,
  state: "ending",
  trouble: null,
  ending: newEnding(ended, now),
});

interface Closed {
  kind: OutcomeKind;
  by?: Actor | null;
  words?: string;
  refusal?: RefusalNote | null | undefined;
}

export function closeRequest(
  request: Request,
  { kind, by = null, words = "", refusal = null }: Closed,
  now: number,
): Request {
  return { ...request, state: "closed", trouble: null, outcome: { kind, by, words, refusal, at: now } };
}

/** Outcomes of requests that end before access was granted. */
const CLOSED_AS: Record<EndCause, OutcomeKind> = {
  time: "unanswered",
  holder: "withdrawn",
  leaked: "withdrawn",
  revoked: "denied",
  lockdown: "refused",
  left: "refused",
  unused: "refused",
  altered: "refused",
  rotated: "refused",
  restored: "restored",
  failed: "failed",
};

/** Null: it has ended already. A restored record may have been granted since, so it always goes to `ending`. */
export function endOrClose(request: Request, end: Ended, now: number): Request | null {
  if (request.state === "ending" || request.state === "closed") return null;
  if (mayHoldAccess(request) || end.hadBinding || end.cause === "restored")
    return startEnding(request, end, now);
  const { by = null, words = "", refusal = null } = end;
  return closeRequest(request, { kind: CLOSED_AS[end.cause], by, words, refusal }, now);
}

/** The new token gets its own message; the one before is deleted. */
export const withNewToken = (
  request: Request,
  why: "asked" | "new-key",
  signingKey: string | null,
): Request => ({
  ...request,
  token: { number: request.token.number + 1, hidden: false, why, signingKey },
});
