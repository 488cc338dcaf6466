/** Every change of state, as a pure function of the record; a wrong state is Refused (people) or null (jobs). Pure. */
import type { Allowed } from "./allowance.ts";
import type { Background } from "./background.ts";
import { BY_BREAK_GLASS, isReviewOpen, type Review } from "./break-glass.ts";
import { isRevealed, revealsOf } from "./delivery.ts";
import { SECOND } from "./duration.ts";
import { formerOf, leaving } from "./former.ts";
import type { Principal, UserId } from "./ids.ts";
import { withReplaced } from "./left-tokens.ts";
import { isLess, type Less } from "./less.ts";
import { isAdoptable, lateFor } from "./lifecycle.ts";
import { withTokenAside } from "./messages.ts";
import { outageNow, quietUntil } from "./outage.ts";
import type { Locale, Person } from "./person.ts";
import { type Refusal, Refused } from "./refusal.ts";
import {
  type AccessRequest,
  type Approval,
  approvalsOf,
  type Decision,
  type End,
  type Failure,
  type Former,
  type Grant,
  type In,
  isGranted,
  type Outage,
  type Refresh,
  type Verification,
} from "./request.ts";
import { RESENT_WITHIN_MS, type SeenUse } from "./use.ts";

/** What the look-ups said. `glass`: through what they take it in an emergency. */
interface Vetted {
  name: string;
  locale: Locale;
  background: Background;
  askedBy?: Person;
  glass?: Principal | null;
}

/** By what it needs nobody's approval: a rule of the catalog, or those who allowed it beforehand. */
export type Passed = Allowed | { decision: Decision };

/** requested → pending, or scheduled, approved or extending (by policy, or by whoever allowed it beforehand), or refused. The profile's name and language replace what was guessed. */
export function validated(
  r: In<"requested">,
  person: Vetted,
  refusal: Refusal | null,
  now: number,
  passed: Passed | null = null,
): AccessRequest {
  const { name, locale, glass, ...more } = person;
  const known = { ...r, ...more, requester: { ...r.requester, name, locale } };
  if (refusal) return { ...known, state: "refused", refusal, at: now };
  if (r.emergency) return approve(known, { by: "policy", qualified: `${BY_BREAK_GLASS}${glass}`, at: now });
  if (passed) {
    const { decision, ...approvals } = passed;
    return approve({ ...known, ...approvals }, decision);
  }
  if (r.approvers.length > 0) return { ...known, state: "pending" };
  return approve(known, { by: "policy", qualified: "policy", at: now });
}

/** Expiry counts from the decision, not from the question; or from when it is to begin; of more time, from the end that it moves. */
function approve(
  r: In<"requested" | "pending">,
  decision: Decision,
): In<"approved" | "scheduled" | "extending"> {
  const { extends: grant, startsAt = decision.at, duration } = r;
  if (grant) return { ...r, extends: grant, state: "extending", decision, expiresAt: grant.until + duration };
  const decided = { ...r, decision, expiresAt: endOf(r, startsAt, decision.at) };
  return startsAt > decision.at
    ? { ...decided, state: "scheduled", startsAt }
    : { ...decided, state: "approved" };
}

/** Less of what has begun counts from the decision, and ends no later than all of it would. */
const endOf = ({ duration, lessened }: AccessRequest, startsAt: number, decidedAt: number): number =>
  lessened && startsAt < decidedAt
    ? Math.min(decidedAt + duration, startsAt + lessened.asked.duration)
    : startsAt + duration;

/** `less`: of these terms in place of those asked for. */
export type Verdict = { approve: true; note?: string; less?: Less } | { approve: false; why: string };

/** How many must approve by today's rules, and who of those that did before still may. */
export interface Quorum {
  needed: number;
  isStill(who: UserId): boolean;
}
const asAsked = ({ count = 1 }: AccessRequest): Quorum => ({ needed: count, isStill: () => true });

/** pending → scheduled, approved or extending, once enough did, or denied. Too late a click changes nothing: time-out.ts asks the hub before it closes. Throws Refused. */
export function decided(
  r: AccessRequest,
  verdict: Verdict,
  by: Person,
  qualified: string,
  now: number,
  quorum?: Quorum,
): AccessRequest {
  if (r.state !== "pending") throw new Refused(lateFor(r));
  if (now >= r.closesAt) throw new Refused({ kind: "late", did: "timedOut", at: r.closesAt });
  if (!verdict.approve) return { ...r, state: "denied", by, qualified, why: verdict.why, at: now };
  const { note, less } = verdict;
  const approval = { by, qualified, at: now, ...(note ? { note } : {}) };
  const asked = less ? lessened(r, less, by, now) : r;
  // With them the number of the terms is raised (lifecycle.ts): it is the first approval of these.
  const terms = less ? r.terms + 1 : r.terms;
  return withApproval(asked, { ...approval, terms }, quorum ?? asAsked(asked));
}

/** Those who approved more did not approve this. Throws Refused(not-less). */
function lessened(r: In<"pending">, less: Less, by: Person, now: number): In<"pending"> {
  if (!isLess(r, less)) throw new Refused({ kind: "not-less", role: r.role, duration: r.duration });
  const asked = r.lessened?.asked ?? { role: r.role, duration: r.duration };
  const changed = { ...less, approvals: [], lessened: { by, at: now, asked } };
  if (less.role === undefined) return { ...r, ...changed };
  // Of another role others are asked, and others when nobody decides: they have not been told, and are told now.
  const { nudgedAt: _, ...kept } = r;
  const { fallback: __, nudge: ___, ...messages } = r.messages;
  return { ...kept, ...changed, messages, nudgeAt: now };
}

/** Each counts once. Throws Refused(approved-already). */
function withApproval(r: In<"pending">, approval: Approval, { needed, isStill }: Quorum): AccessRequest {
  const before = approvalsOf(r).filter(({ by }) => isStill(by.id));
  const earlier = before.find(({ by }) => by.id === approval.by.id);
  const missing = needed - before.length;
  if (earlier) throw new Refused({ kind: "approved-already", at: earlier.at, missing });
  const next = { ...r, ...(needed > 1 ? { count: needed } : {}), approvals: [...before, approval] };
  const { terms: _, ...decision } = approval;
  return missing > 1 ? next : approve(next, decision);
}

/** requested, pending, extending → refused: today's rules do not allow it any more, or what it adds to is over. Null where it is none of these. */
export function closed(r: AccessRequest, refusal: Refusal, now: number): In<"refused"> | null {
  if (r.state === "requested" || r.state === "pending") return { ...r, state: "refused", refusal, at: now };
  if (r.state !== "extending") return null;
  const { decision: _, expiresAt: __, ...kept } = withoutOutage(r);
  return { ...kept, state: "refused", refusal, at: now };
}

/** requested, pending, scheduled → withdrawn. Throws Refused(late). */
export function withdrawn(r: AccessRequest, now: number, by?: Person): AccessRequest {
  const taken = { state: "withdrawn" as const, ...(by ? { by } : {}), at: now };
  if (r.state === "requested" || r.state === "pending") return { ...r, ...taken };
  if (r.state !== "scheduled") throw new Refused(lateFor(r));
  const { decision: _, expiresAt: __, ...asked } = r;
  return { ...asked, ...taken };
}

/** scheduled → approved, when its time has come; ended where that is over. */
export function started(r: AccessRequest, now: number): AccessRequest | null {
  if (r.state !== "scheduled" || now < r.startsAt) return null;
  return now < r.expiresAt ? { ...r, state: "approved" } : unstarted(r, { cause: "expired", at: now });
}

/** Nothing of it ever stood: there is nothing to take away, and nothing to prove. */
const unstarted = (r: In<"scheduled">, end: End): In<"ended"> => ({
  ...r,
  state: "ended",
  end,
  verification: { method: "unstarted", deletedAt: end.at, at: end.at },
});

/** Those asked are reminded once. */
export const nudged = (r: AccessRequest, now: number): In<"pending"> | null =>
  r.state === "pending" && r.nudgedAt === undefined ? { ...r, nudgedAt: now } : null;

/** Nobody decided: from now on these may too. */
export const fallbackAsked = (r: AccessRequest, now: number): In<"pending"> | null =>
  r.state === "pending" && r.fallback && r.fallback.askedAt === undefined
    ? { ...r, fallback: { ...r.fallback, askedAt: now } }
    : null;

/** requested, pending → timedOut, when its time is over. */
export const timedOut = (r: AccessRequest, now: number): AccessRequest | null =>
  (r.state === "requested" || r.state === "pending") && now >= r.closesAt
    ? { ...r, state: "timedOut", at: now }
    : null;

/** approved, delivering → delivering: the token exists, nobody has seen it, and from now on its message may bear it. One that is shown at a click is made then. */
export function delivering(r: AccessRequest, grant: Grant): In<"delivering"> | null {
  if (r.state !== "approved" && r.state !== "delivering") return null;
  const hidden = r.state === "delivering" && r.hidden;
  return {
    ...withoutOutage(r),
    state: "delivering",
    grant,
    hidden,
    ...(isRevealed(r) && { reveals: revealsOf(r) }),
    messages: withToken(r, "sending"),
    expiresAt: Math.min(r.expiresAt, grant.shortened ? grant.tokenExpiresAt : r.expiresAt),
  };
}

/** delivering → active: the holder sees the token. */
export function active(r: AccessRequest): In<"active"> | null {
  if (r.state !== "delivering") return null;
  return { ...r, state: "active", messages: withToken(r, "shown"), reminded: r.reminded ?? [] };
}

/** What is adoptable (lifecycle.ts), or active with an earlier token → active: of a Redis that does not know it yet, as the hub has it. */
export function delivered(r: AccessRequest, found: In<"active">): In<"active"> | null {
  const isLater = r.state === "active" && r.generation < found.generation;
  if (!isAdoptable(r) && !isLater) return null;
  // Role and time are what stands: less than was asked for may have been approved since.
  const { id, version, requester, reason, requestedAt, closesAt } = r;
  const asked = { id, version, requester, reason, requestedAt, closesAt };
  const { approvers, policy, terms, revision, enteredAt, messages } = r;
  const known = {
    approvers,
    policy,
    terms,
    revision,
    enteredAt,
    ...(r.emergency && { emergency: r.emergency }),
    ...(r.askedBy && { askedBy: r.askedBy }),
    ...(r.startsAt !== undefined && { startsAt: r.startsAt }),
    ...("reminded" in r && { reminded: r.reminded ?? [] }),
    ...("replaced" in r && { replaced: r.replaced }),
    ...(revealsOf(r).views.length > 0 && { reveals: revealsOf(r) }),
    ...formerBefore(r, found),
  };
  const adopted = { ...found, ...asked, ...known };
  const { token, ...others } = messages;
  if (r.state !== "active" || !token) return { ...adopted, messages: { ...messages, ...found.messages } };
  if (!token.token) return { ...adopted, messages: { ...withTokenAside(messages), ...found.messages } };
  const { generation, grant } = r;
  return withReplaced(
    { ...adopted, messages: { ...others, ...found.messages } },
    { ...token, generation, tokenExpiresAt: grant.tokenExpiresAt },
  );
}

/** Its own, too, where the hub has a later one. */
function formerBefore(r: AccessRequest, { generation, enteredAt: at }: In<"active">) {
  const grant = "grant" in r && r.generation < generation ? r.grant : undefined;
  const own: Former[] = grant ? [{ generation: r.generation, grant, why: "other", at }] : [];
  const former = [...formerOf(r), ...own];
  return former.length > 0 ? { former } : {};
}

/** active: a fresh token is asked for. Who waits for more time is told of that, whatever else the token is for. */
export function refreshAsked(r: AccessRequest, asked: Refresh): In<"active"> | null {
  if (r.state !== "active") return null;
  const { idle: _, ...kept } = r;
  return { ...kept, refresh: r.refresh?.for ? { ...r.refresh, at: asked.at } : asked };
}

/** The clocks of replicas differ: what is over by one of them is given more time by none. */
const SURELY_OVER_MS = 5 * SECOND;

/** active → active, with a later end and a token to come that lives as long; null where it has that already, or is about to end. */
export function prolonged(r: AccessRequest, more: In<"extending">, now: number): In<"active"> | null {
  if (r.state !== "active" || isProlongedBy(r, more) || now >= r.expiresAt - SURELY_OVER_MS) return null;
  const { id, duration: ms, decision, expiresAt } = more;
  const { by, qualified, allowance } = decision;
  const also = by === "policy" ? [] : approvalsOf(more).flatMap((one) => (one.by.id === by.id ? [] : one.by));
  const extension = {
    ...{ id, ms, by, qualified, at: now },
    ...(also.length > 0 && { also }),
    ...(allowance && { allowance }),
  };
  const extended = { ...r, expiresAt, extensions: [...(r.extensions ?? []), extension], reminded: [] };
  return refreshAsked(extended, { why: "extended", at: now, for: id });
}

export const isProlongedBy = (r: AccessRequest, { id }: Pick<AccessRequest, "id">): boolean =>
  "extensions" in r && r.extensions?.some((one) => one.id === id) === true;

/** extending → extended: its grant has the time, and its holder a token for it; until `endsAt`, where the hub gives less. */
export const extended = (r: AccessRequest, endsAt: number, now: number): In<"extended"> | null =>
  r.state === "extending"
    ? { ...withoutOutage(r), state: "extended", expiresAt: Math.min(r.expiresAt, endsAt), at: now }
    : null;

/** The old token's message is off Slack: the next is its own, and nobody hid that one. */
export function tokenTakenOff(r: AccessRequest): In<"active"> | null {
  if (r.state !== "active" || !r.refresh) return null;
  const { token: _, ...messages } = r.messages;
  return { ...r, hidden: false, messages };
}

/**
 * The fresh token exists, nobody has seen or hidden it, and from now on its message may bear it. The old one may live
 * longer.
 */
export const refreshing = (
  r: In<"active">,
  { tokenExpiresAt, shortened, ...fresh }: Grant,
): In<"active"> => ({
  ...r,
  grant: { ...fresh, tokenExpiresAt: Math.max(r.grant.tokenExpiresAt, tokenExpiresAt), shortened },
  hidden: false,
  expiresAt: shortened ? Math.min(r.expiresAt, tokenExpiresAt) : r.expiresAt,
  messages: withToken(r, "sending"),
});

/** What was made before it was written down is taken for signed by the key of now. */
export const signed = (r: AccessRequest, signedBy: string): In<"active"> | null =>
  r.state === "active" && r.grant.signedBy === undefined ? { ...r, grant: { ...r.grant, signedBy } } : null;

/** The holder sees it. What was asked for since then is still to come. */
export function refreshed(r: In<"active">, done: Refresh, now: number): In<"active"> {
  const { refresh, ...rest } = r;
  const more = refresh && refresh.at !== done.at ? { refresh } : {};
  return { ...rest, ...more, idle: { from: now }, messages: withToken(r, "shown") };
}

function withToken(r: AccessRequest, token: "sending" | "shown") {
  const { messages, revision } = r;
  const sent = messages.token;
  if (!sent || isRevealed(r)) return messages;
  const shows = token === "shown" ? { shows: "shown", revision } : {};
  return { ...messages, token: { ...sent, ...shows, token } };
}

/** approved, delivering, active → ending; null where there is nothing to end. */
export function ending(r: AccessRequest, end: End): In<"ending"> | null {
  if (!isGranted(r) || r.state === "ending") return null;
  if (r.state === "approved") return { ...withoutOutage(r), state: "ending", end };
  if (r.state === "delivering") {
    const { hidden: _, ...kept } = withoutOutage(r);
    return { ...kept, state: "ending", end };
  }
  const { hidden: _, outage: __, reminded: ___, refresh: ____, idle: _____, ...kept } = r;
  return { ...kept, state: "ending", end };
}

export function withoutOutage<R extends { outage?: unknown }>(r: R): Omit<R, "outage"> {
  const { outage: _, ...rest } = r;
  return rest;
}

/** The same for a person; what has not begun is over at once. Throws Refused(late). */
export function endingOrLate(r: AccessRequest, end: End): In<"ending" | "ended"> {
  if (r.state === "scheduled") return unstarted(r, end);
  const next = ending(r, end);
  if (!next) throw new Refused(lateFor(r));
  return next;
}

export const failed = (
  r: AccessRequest,
  failure: Failure,
  now: number,
  reason?: string,
): In<"ending"> | null => ending(r, { cause: "failed", failure, at: now, ...(reason && { reason }) });

/** Both objects were seen gone. A later deletion counts from anew. */
export function deleted(r: AccessRequest, deletedAt: number): In<"ending"> | null {
  if (r.state !== "ending") return null;
  const passed = quietUntil(r) !== null;
  return { ...(passed ? withoutOutage(r) : r), deletedAt };
}

/** A token was accepted after the deletion: remembered, and never overruled by absence. */
export const contradicted = (r: AccessRequest, now: number): In<"ending"> | null =>
  r.state === "ending" && r.contradictedAt === undefined ? { ...r, contradictedAt: now } : null;

/** ending → ended, once it is proved, of each earlier generation too: it is said of every token. */
export function ended(r: AccessRequest, verification: Verification): In<"ended"> | null {
  if (r.state !== "ending" || leaving(r).length > 0) return null;
  const { deletedAt: _, contradictedAt: __, ...kept } = withoutOutage(r);
  return { ...kept, state: "ended", verification };
}

/** What it was used for is told when the hub has told it, also what it sends again; of what nobody was given, there is nothing to tell. */
export const usageAwaited = (r: AccessRequest | null): AccessRequest | null =>
  r?.state === "ended" && r.grant && r.use === undefined
    ? { ...r, useDueAt: r.verification.deletedAt + RESENT_WITHIN_MS }
    : r;

/** `use`: null where nobody asks any more. `enough`: a smaller role that would have been. */
export function usageReported(
  r: AccessRequest,
  use: SeenUse | null,
  enough: string | null = null,
): AccessRequest | null {
  if (r.state !== "ended" || r.useDueAt === undefined) return null;
  const { useDueAt: _, ...kept } = r;
  if (!use) return kept;
  // On the trail nothing can be removed any more.
  const { from: _from, by: _by, ...counted } = use;
  return { ...kept, use: counted, ...(enough !== null && { enough }) };
}

/** One more has looked at what was taken in an emergency. Throws Refused. */
export function reviewed(r: AccessRequest, review: Review): AccessRequest {
  if (!r.emergency || !isReviewOpen(r)) throw new Refused({ kind: "nothing-to-review", id: r.id });
  if (review.by.id === r.requester.id) throw new Refused({ kind: "own-emergency" });
  const { reviews } = r.emergency;
  const earlier = reviews.find(({ by }) => by.id === review.by.id);
  if (earlier) throw new Refused({ kind: "reviewed-already", at: earlier.at });
  return { ...r, emergency: { ...r.emergency, reviews: [...reviews, review] } };
}

/** Something outside is not as it should be, or still is. */
export function withOutage(r: AccessRequest, what: Outage["what"], now: number): AccessRequest | null {
  if (!(isGranted(r) || r.state === "extending") || r.state === "active") return null;
  // What a token proved is the graver word.
  if (r.outage?.what === "accepted") return null;
  const outage = outageNow(r, what, now);
  return outage.what === r.outage?.what && outage.quiet === r.outage.quiet ? null : { ...r, outage };
}

/** The same access without the token in Slack. Throws Refused(late). */
export function hidden(r: AccessRequest): AccessRequest | null {
  if (r.state !== "active" && r.state !== "delivering") throw new Refused(lateFor(r));
  return r.hidden ? null : { ...r, hidden: true };
}

export const reminded = (r: AccessRequest, lead: number): AccessRequest | null =>
  r.state !== "active" || r.reminded.includes(lead) ? null : { ...r, reminded: [...r.reminded, lead] };
