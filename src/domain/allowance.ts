/** An allowance: approvers said beforehand that a person's requests for a role pass at once. The stored form, and what it is worth. Pure. */
import { z } from "zod";
import { isDoubtful } from "./epoch.ts";
import { wholeOf } from "./extension.ts";
import { AllowanceId, type UserId } from "./ids.ts";
import { Person } from "./person.ts";
import { Refused } from "./refusal.ts";
import type { AccessRequest, Approval, Decision } from "./request.ts";

const Ms = z.number().int();

/** One who allowed it, and how they qualified: the user group or user id of the rule. */
export const Allower = z.object({ by: Person, qualified: z.string(), at: Ms });
export type Allower = z.infer<typeof Allower>;

/** A message about it, and what it showed last; `ts` is empty where Slack took none, or did not say so (`unanswered`: so often). */
const Said = z.object({
  channel: z.string(),
  ts: z.string(),
  shows: z.string(),
  unanswered: z.int().optional(),
});
export type Said = z.infer<typeof Said>;

/** A version keeps what only its neighbour knows. */
export const Allowance = z.looseObject({
  id: AllowanceId,
  version: Ms,
  person: Person,
  role: z.string(),
  clusterRole: z.string(),
  /** The longest that one request may be for, ms. */
  duration: Ms,
  /** The longest that access may last with all time that is added, as the catalog said when it was made, ms. */
  total: Ms.optional(),
  /** For how long it was to stand, ms. */
  period: Ms,
  reason: z.string(),
  madeAt: Ms,
  until: Ms,
  /** How many must allow it, as the catalog said when it was made. */
  count: z.number().int().min(1),
  allowedBy: z.array(Allower).min(1),
  /** SHA-256 of the catalog that was in force. */
  policy: z.string(),
  /** `qualified`: none for the person, who needs nothing. */
  withdrawn: z.object({ by: Person, qualified: z.string().optional(), at: Ms }).optional(),
  /** In the approvals channel, and in the person's DM. */
  line: Said.optional(),
  dm: Said.optional(),
  /** When these are drawn once more, as a request's messages (request.ts). */
  redraw: z.object({ at: Ms, keys: z.array(z.enum(["line", "dm"])) }).optional(),
});
export type Allowance = z.infer<typeof Allowance>;

/** `waiting`: others must allow it too. */
export type AllowanceStatus = "waiting" | "standing" | "withdrawn" | "over";

export function statusOf(a: Allowance, now: number): AllowanceStatus {
  if (a.withdrawn) return "withdrawn";
  if (now >= a.until) return "over";
  return a.allowedBy.length < a.count ? "waiting" : "standing";
}

export const isOpen = (a: Allowance, now: number): boolean =>
  ["waiting", "standing"].includes(statusOf(a, now));

/** When it was looked at, and what was asked for until `before` is not to be trusted (see epoch.ts). */
export interface Moment {
  now: number;
  before: number;
}

/** Of an older copy of Redis: it may have been withdrawn since. */
export const mayBeWithdrawn = (
  { madeAt }: Pick<Allowance, "madeAt">,
  { before }: Pick<Moment, "before">,
): boolean => isDoubtful({ requestedAt: madeAt }, { before });

/** Whether such a request is within it; who allowed it is another question. */
export const covers = (
  a: Allowance,
  r: Pick<AccessRequest, "requester" | "role" | "clusterRole" | "duration" | "extends" | "startsAt">,
  { now, before }: Moment,
): boolean =>
  statusOf(a, now) === "standing" &&
  // What begins when it is over is asked as anything else.
  (r.startsAt ?? now) < a.until &&
  !mayBeWithdrawn(a, { before }) &&
  a.person.id === r.requester.id &&
  a.role === r.role &&
  a.clusterRole === r.clusterRole &&
  wholeOf(r) <= a.duration;

/** Of those who allowed it, the ones that count: each once, none the person itself, each an approver today. */
export const counted = (a: Allowance, approvers: readonly UserId[]): Allower[] =>
  a.allowedBy.filter(
    ({ by }, i) =>
      by.id !== a.person.id &&
      approvers.includes(by.id) &&
      a.allowedBy.findIndex((other) => other.by.id === by.id) === i,
  );

/** By what a request passes: who decided, and whose approvals those are. */
export interface Allowed {
  decision: Decision;
  approvals: Approval[];
}

/** Of several the first who allowed it stands for all; each of them is named. Null where nobody did. */
export function allowedBy(
  { id }: Allowance,
  able: readonly Allower[],
  { terms }: Pick<AccessRequest, "terms">,
  now: number,
): Allowed | null {
  const [first] = able;
  if (!first) return null;
  const all = able.map(({ by, qualified }) => `${by.id} via ${qualified}`).join(", ");
  return {
    decision: { by: first.by, qualified: `allowed ${id}: ${all}`, at: now, allowance: id },
    approvals: able.map((one) => ({ ...one, terms })),
  };
}

/** Throws Refused(allowance-late) where it is not open, or has all it needs. */
export function joined(a: Allowance, allower: Allower, now: number): Allowance | null {
  if (statusOf(a, now) === "withdrawn" || statusOf(a, now) === "over") throw new Refused(late(a, now));
  // A second click, or the line typed again.
  if (a.allowedBy.some(({ by }) => by.id === allower.by.id)) return null;
  if (statusOf(a, now) === "standing") throw new Refused(late(a, now));
  return { ...a, allowedBy: [...a.allowedBy, allower] };
}

/** Who takes it back, and through what they may. */
export interface Withdrawer {
  by: Person;
  qualified?: string;
}

/** Throws Refused(allowance-late) where there is nothing left to withdraw. */
export function disallowed(a: Allowance, who: Withdrawer, now: number): Allowance {
  if (!isOpen(a, now)) throw new Refused(late(a, now));
  return { ...a, withdrawn: { ...who, at: now } };
}

const late = (a: Allowance, now: number) => {
  const { id, withdrawn, until, allowedBy } = a;
  if (withdrawn) {
    const { by, at } = withdrawn;
    return { kind: "allowance-late" as const, id, did: "withdrawn" as const, by, at };
  }
  if (now >= until) return { kind: "allowance-late" as const, id, did: "over" as const, at: until };
  const last = allowedBy.at(-1);
  return {
    ...{ kind: "allowance-late" as const, id, did: "allowed" as const },
    ...(last ? { by: last.by, at: last.at } : { at: now }),
  };
};

/** What the trail and the log keep of it, in the words of a request's transition (audit.ts). */
export interface AllowanceEntry {
  id: string;
  at: number;
  from: AllowanceStatus | null;
  to: AllowanceStatus;
  who: string;
  why: string | null;
  /** As in Transition. */
  said?: string;
  /** By what whoever allowed it, or took it back, qualified. */
  qualified: string | null;
  requester: string;
  role: string;
  clusterRole: string;
  reason: string;
  duration: number;
  policy: string;
  expiresAt: number;
}

/** Null where nobody did anything: a message was drawn. */
export function allowanceEntry(
  before: Allowance | null,
  after: Allowance,
  now: number,
): AllowanceEntry | null {
  const { id, role, clusterRole, reason, duration, policy, until, withdrawn } = after;
  const last = after.allowedBy.at(-1);
  const acted =
    withdrawn && !before?.withdrawn ? { who: withdrawn.by.id, qualified: withdrawn.qualified ?? null } : null;
  const allowed =
    last && after.allowedBy.length > (before?.allowedBy.length ?? 0)
      ? { who: last.by.id, qualified: last.qualified }
      : null;
  const actor = acted ?? allowed;
  return (
    actor && {
      ...{
        id,
        at: now,
        from: before && statusOf(before, now),
        to: statusOf(after, now),
        why: reason,
        said: reason,
      },
      ...actor,
      ...{ requester: after.person.id, role, clusterRole, reason, duration, policy, expiresAt: until },
    }
  );
}
