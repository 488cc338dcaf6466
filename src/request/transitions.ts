/** Moves a record from one state to the next, and counts its times: pure functions, each with the moment `now`, ms. */
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

/** How long the access lasts: what was approved, else what was asked for, ms. */
export const grantedTime = (request: Request): number => request.granted ?? request.duration;

/** When the access begins, ms: now, at a start that is later, or where what it prolongs ends. */
export const accessStart = (
  { startsAt, prolongsFrom }: Pick<Request, "startsAt" | "prolongsFrom">,
  now: number,
): number => Math.max(now, startsAt ?? 0, prolongsFrom ?? 0);

/** Returns the shortest time of all approvals, ms; null: as long as was asked for. */
export function approvedTime({ duration }: Request, approvals: readonly Approval[]): number | null {
  const shortest = Math.min(duration, ...approvals.map(({ time }) => time));
  return shortest < duration ? shortest : null;
}

/** Returns how long these requests of a chain were granted in all, ms. */
export const totalGranted = (chain: readonly Request[]): number =>
  chain.filter(({ endsAt }) => endsAt !== null).reduce((sum, one) => sum + grantedTime(one), 0);

/**
 * Returns when later access or more time ends, whenever it is approved: its start plus its time, ms. Null: access for now,
 * whose time counts from the grant.
 */
export function statedEnd(request: Request): number | null {
  const start = request.startsAt ?? request.prolongsFrom;
  return start === null ? null : start + grantedTime(request);
}

/**
 * Moves an approved request on: to scheduled, to wait for its start or for failing checks of the hub, else to granting.
 * Granting fixes its end, which never changes.
 */
export function grantOrSchedule(request: Request, now: number, heldBack: HoldReason[]): Request {
  const isLater = request.startsAt !== null && request.startsAt > now;
  if (isLater || heldBack.length > 0)
    return { ...request, state: "scheduled", heldBack: isLater ? [] : heldBack, trouble: null };
  const endsAt = statedEnd(request) ?? now + grantedTime(request);
  return { ...request, state: "granting", grantedAt: now, endsAt, heldBack: [], trouble: null };
}

/** Why and by whom a request ends; `refusal` is what people read where the bot itself ends it. */
interface Ended {
  cause: EndCause;
  by?: Actor | null;
  words?: string;
  refusal?: RefusalNote | null | undefined;
  /** The hub had its binding, whatever the record knows of that. */
  hadBinding?: boolean;
  /** When access was gone, where that is known already. */
  goneAt?: number | null;
}

/** An end at its beginning: nothing is deleted or proved yet. */
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

/** Moves a request to ending: its access must go. */
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

/** Moves a request to closed: nothing of it may be on the hub. */
export function closeRequest(
  request: Request,
  { kind, by = null, words = "", refusal = null }: Closed,
  now: number,
): Request {
  return { ...request, state: "closed", trouble: null, outcome: { kind, by, words, refusal, at: now } };
}

/** The outcome of a request that ends before anything was granted. */
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

/**
 * Ends a request in any state: one that may hold access goes to ending, any other closes. A restored record does not know
 * whether it was granted since: it always goes to ending. Null: it ends or ended already.
 */
export function endOrClose(request: Request, end: Ended, now: number): Request | null {
  if (request.state === "ending" || request.state === "closed") return null;
  if (mayHoldAccess(request) || end.hadBinding || end.cause === "restored")
    return startEnding(request, end, now);
  const { by = null, words = "", refusal = null } = end;
  return closeRequest(request, { kind: CLOSED_AS[end.cause], by, words, refusal }, now);
}

/** Asks for another token, in a message of its own; the message before is deleted. */
export const withNewToken = (
  request: Request,
  why: "asked" | "new-key",
  signingKey: string | null,
): Request => ({
  ...request,
  token: { number: request.token.number + 1, hidden: false, why, signingKey },
});
