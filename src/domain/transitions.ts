/** Every change of state, as a pure function of the record; a wrong state is Refused (people) or null (jobs). Pure. */
import type { Locale, Person } from "./person.ts";
import { type Refusal, Refused } from "./refusal.ts";
import {
  type AccessRequest,
  type Decision,
  type End,
  type Failure,
  type Grant,
  type In,
  isOnHub,
  type Trouble,
  type Verification,
} from "./request.ts";

/** asked → pending, approved (by policy) or refused. The profile's name and language replace what was guessed. */
export function vetted(
  r: In<"requested">,
  person: { name: string; locale: Locale },
  refusal: Refusal | null,
  now: number,
): AccessRequest {
  const known = { ...r, requester: { ...r.requester, name: person.name, locale: person.locale } };
  if (refusal) return { ...known, state: "refused", refusal, at: now };
  if (r.approvers.length > 0) return { ...known, state: "pending" };
  return approve({ ...known, state: "pending" }, { by: "policy", qualified: "policy", at: now });
}

/** Expiry counts from the decision, not from the question. */
const approve = (r: In<"pending">, decision: Decision): In<"approved"> => ({
  ...r,
  state: "approved",
  decision,
  expiresAt: decision.at + r.duration,
});

/** pending → approved or denied; pending → timedOut when its time is over. Throws Refused(late). */
export function decided(
  r: AccessRequest,
  verdict: { approve: true } | { approve: false; why: string },
  by: Person,
  qualified: string,
  now: number,
): AccessRequest {
  if (r.state !== "pending") throw new Refused(late(r));
  if (now >= r.closesAt) return { ...r, state: "timedOut", at: now };
  if (verdict.approve) return approve(r, { by, qualified, at: now });
  return { ...r, state: "denied", by, qualified, why: verdict.why, at: now };
}

/** asked, pending → withdrawn. Throws Refused(late). */
export function withdrawn(r: AccessRequest, now: number): AccessRequest {
  if (r.state !== "requested" && r.state !== "pending") throw new Refused(late(r));
  return { ...r, state: "withdrawn", at: now };
}

/** asked, pending → timedOut, when its time is over. */
export const timedOut = (r: AccessRequest, now: number): AccessRequest | null =>
  (r.state === "requested" || r.state === "pending") && now >= r.closesAt
    ? { ...r, state: "timedOut", at: now }
    : null;

/** approved, delivering → delivering: the token exists, and nobody has seen it. */
export function delivering(r: AccessRequest, grant: Grant): In<"delivering"> | null {
  if (r.state !== "approved" && r.state !== "delivering") return null;
  const hidden = r.state === "delivering" && r.hidden;
  return {
    ...untroubled(r),
    state: "delivering",
    grant,
    hidden,
    expiresAt: Math.min(r.expiresAt, endOf(r, grant)),
  };
}

/** A shortened token's end counts; a token that outlives the grant does not. */
const endOf = (r: { expiresAt: number }, grant: Grant): number =>
  grant.shortened ? grant.tokenExpiresAt : r.expiresAt;

/** delivering → active: the holder sees the token. */
export function active(r: AccessRequest): In<"active"> | null {
  if (r.state !== "delivering") return null;
  const token = r.messages.token;
  const messages = token ? { ...r.messages, token: { ...token, face: "token:shown" } } : r.messages;
  return { ...r, state: "active", messages, reminded: [] };
}

/** approved, delivering, active → ending; null where there is nothing to end. */
export function ending(r: AccessRequest, end: End): In<"ending"> | null {
  if (!isOnHub(r) || r.state === "ending") return null;
  if (r.state === "approved") return { ...untroubled(r), state: "ending", end };
  const { hidden: _, ...kept } = untroubled(r);
  if (!("reminded" in kept)) return { ...kept, state: "ending", end };
  const { reminded: __, ...rest } = kept;
  return { ...rest, state: "ending", end };
}

function untroubled<R extends { trouble?: unknown }>(r: R): Omit<R, "trouble"> {
  const { trouble: _, ...rest } = r;
  return rest;
}

/** The same for a person. Throws Refused(late). */
export function endingOrLate(r: AccessRequest, end: End): In<"ending"> {
  const next = ending(r, end);
  if (!next) throw new Refused(late(r));
  return next;
}

export const failed = (r: AccessRequest, failure: Failure, now: number): In<"ending"> | null =>
  ending(r, { cause: "failed", failure, at: now });

/** ending → ended, once it is proved. */
export function ended(r: AccessRequest, verification: Verification): In<"ended"> | null {
  if (r.state !== "ending") return null;
  return { ...untroubled(r), state: "ended", verification };
}

/** Something outside does not answer; the first time counts. */
export function troubled(r: AccessRequest, what: Trouble["what"], now: number): AccessRequest | null {
  if (!isOnHub(r) || r.state === "active" || r.trouble) return null;
  return { ...r, trouble: { what, since: now } };
}

/** The same access without the token in Slack. Throws Refused(late). */
export function hidden(r: AccessRequest): AccessRequest | null {
  if (r.state !== "active" && r.state !== "delivering") throw new Refused(late(r));
  return r.hidden ? null : { ...r, hidden: true };
}

export const reminded = (r: AccessRequest, lead: number): AccessRequest | null =>
  r.state !== "active" || r.reminded.includes(lead) ? null : { ...r, reminded: [...r.reminded, lead] };

/** Who was first, told to whoever comes after. */
export function late(r: AccessRequest): Refusal {
  switch (r.state) {
    case "requested":
    case "pending":
      return { kind: "stale", id: r.id };
    case "denied":
      return { kind: "late", did: "denied", by: r.by, at: r.at };
    case "withdrawn":
      return { kind: "late", did: "withdrawn", by: r.requester, at: r.at };
    case "timedOut":
    case "refused":
      return { kind: "late", did: r.state, at: r.at };
    case "approved":
    case "delivering":
    case "active":
      return lateApproved(r.decision);
    case "ending":
      return { kind: "late", did: "ended", by: r.end.by, at: r.end.at };
    case "ended":
      return { kind: "late", did: "ended", by: r.end.by, at: r.verification.at };
  }
}

const lateApproved = ({ by, at }: Decision): Refusal => ({
  kind: "late",
  did: "approved",
  at,
  ...(by === "policy" ? {} : { by }),
});
