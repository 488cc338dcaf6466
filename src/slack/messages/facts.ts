/** What sentences are made of: the record's union laid flat. A sentence reads only what its state has. Pure. */
import { isTaken } from "../../domain/break-glass.ts";
import { isRevealed } from "../../domain/delivery.ts";
import type { Extension } from "../../domain/extension.ts";
import type { Principal } from "../../domain/ids.ts";
import type { By, Operator } from "../../domain/operator.ts";
import type { Person } from "../../domain/person.ts";
import { ruleNamed } from "../../domain/policy-rule.ts";
import type { ChangedTerm, Refusal } from "../../domain/refusal.ts";
import {
  type AccessRequest,
  type Approval,
  approvalsOf,
  type Decision,
  type End,
  enderOf,
  type Former,
  isGiven,
  type Outage,
  type Refresh,
  type Verification,
} from "../../domain/request.ts";
import { approversAsked } from "../../domain/today.ts";
import { beginsAt } from "../../domain/window.ts";

interface Terms {
  role: string;
  duration: number;
}

export interface Facts {
  id: string;
  role: string;
  hub: string;
  requester: Person;
  /** Who asked for them, where that is somebody else. */
  askedBy: Person | undefined;
  approvers: readonly Principal[];
  /** None of them is to decide: there are none, or it is asked for in an emergency. */
  unasked: boolean;
  /** So many of them must approve, and these did. */
  count: number;
  approvals: readonly Pick<Approval, "by" | "at">[];
  duration: number;
  requestedAt: number;
  closesAt: number;
  /** When those asked were reminded. */
  nudgedAt: number;
  /** Whoever took it back. */
  withdrawnBy: Person;
  decidedBy: Decision["by"];
  /** The rule of the catalog, where one decided. */
  rule: string | undefined;
  /** Nobody did: it was taken in an emergency. */
  emergency: boolean;
  /** By what it was allowed beforehand. */
  allowance: string | undefined;
  /** All who did; nobody where policy does. */
  deciders: readonly Person[];
  /** Where less was approved than asked for at first. */
  lessened: { by: Person; asked: Terms; now: Terms } | undefined;
  decidedAt: number;
  /** When it is to begin, where that was said. */
  startsAt: number | undefined;
  /** When it does. */
  beginsAt: number;
  /** Its time has come: it is not merely approved in advance. */
  begun: boolean;
  endsAt: number;
  /** It adds time to a grant, which then ends at that time. */
  more: { until: number } | undefined;
  /** What made it longer last. */
  extension: Extension | undefined;
  /** Why a fresh token comes, in the place of one that its holder has. */
  fresh: Refresh["why"] | undefined;
  /** A token is shown at a click, and stands on no message. */
  atAClick: boolean;
  end: Omit<End, "by" | "operator"> & { by?: By | undefined };
  /** A token was made, and may have been seen. */
  given: boolean;
  /** Another token takes the place of the first. */
  renewed: boolean;
  /** At the latest. */
  worksUntil: number;
  /** How it is known that the hub refuses the token, since when, and when that was seen. */
  proof: Verification["method"];
  /** Who settled it without a proof. */
  settledBy: Operator | undefined;
  deletedAt: number;
  checkedAt: number;
  slow: Outage;
  /** Which of the rules an earlier request no longer meets. */
  changed: Pick<Extract<Refusal, { kind: "terms-changed" }>, "what" | "max" | "rule" | "say">;
}

export function facts(r: AccessRequest, hub: string): Facts {
  const { id, role, requester, askedBy, duration, requestedAt, closesAt } = r;
  const { nudgedAt = closesAt, count = 1 } = r;
  const approvers = approversAsked(r);
  const approvals = approvalsOf(r);
  const asked = { id, role, hub, requester, askedBy, approvers, duration, requestedAt, closesAt };
  const common = { ...asked, nudgedAt, count, approvals };
  const at = "at" in r ? r.at : r.requestedAt;
  const decision =
    "decision" in r ? r.decision : { by: r.state === "denied" ? r.by : ("policy" as const), at };
  const end = "end" in r ? { ...r.end, by: enderOf(r.end) } : ({ cause: "expired", at } as const);
  const endsAt = "expiresAt" in r ? r.expiresAt : closesAt;
  const grant = "grant" in r ? r.grant : undefined;
  return {
    ...common,
    unasked: approvers.length === 0 || r.emergency !== undefined,
    withdrawnBy: (r.state === "withdrawn" && r.by) || requester,
    decidedBy: decision.by,
    rule: "qualified" in decision && decision.by === "policy" ? ruleNamed(decision.qualified) : undefined,
    emergency: isTaken(r),
    allowance: "decision" in r ? r.decision.allowance : undefined,
    deciders: decidersOf(r, decision.by),
    lessened: r.lessened && { ...r.lessened, now: { role, duration } },
    decidedAt: decision.at,
    startsAt: startOf(r),
    beginsAt: beginsAt(r),
    begun: r.state !== "scheduled",
    endsAt,
    more: r.extends && { until: r.extends.until + duration },
    extension: "extensions" in r ? r.extensions?.at(-1) : undefined,
    fresh: r.state === "active" ? r.refresh?.why : undefined,
    atAClick: isRevealed(r),
    end,
    given: isGiven(r),
    renewed: r.generation > 1,
    worksUntil: grant?.tokenExpiresAt ?? endsAt,
    proof: r.state === "ended" ? r.verification.method : "absence",
    settledBy: r.state === "ended" ? settlerOf(r.verification) : undefined,
    deletedAt: r.state === "ended" ? r.verification.deletedAt : end.at,
    checkedAt: r.state === "ended" ? r.verification.at : end.at,
    slow: ("outage" in r && r.outage) || { what: "hub", since: at },
    changed: r.state === "refused" && r.refusal.kind === "terms-changed" ? r.refusal : { what: "role-gone" },
  };
}

/** Less of what has begun counts from its approval. */
const startOf = (r: AccessRequest): number | undefined =>
  r.lessened && beginsAt(r) !== r.startsAt ? undefined : r.startsAt;

const settlerOf = ({ operator }: Verification): Operator | undefined =>
  operator === undefined ? undefined : { operator };

/** Of an earlier generation, which ends while its grant goes on. */
export const factsOfFormer = (f: Facts, { at, grant, outage, verification }: Former): Facts => ({
  ...f,
  end: { cause: "other", at },
  given: true,
  worksUntil: grant.tokenExpiresAt,
  proof: verification?.method ?? f.proof,
  settledBy: verification ? settlerOf(verification) : f.settledBy,
  deletedAt: verification?.deletedAt ?? f.deletedAt,
  checkedAt: verification?.at ?? f.checkedAt,
  slow: outage ?? f.slow,
});

/** A version that knows of one approval alone keeps it as the decision. */
function decidersOf(r: AccessRequest, by: Decision["by"]): readonly Person[] {
  if (by === "policy") return [];
  const approvals = "decision" in r ? approvalsOf(r) : [];
  return approvals.length > 0 ? approvals.map((one) => one.by) : [by];
}

/** Not: it is not known, or somebody left, or what was to last longer is over. */
const OTHERS: readonly ChangedTerm[] = [
  "restored",
  "departed",
  "left-group",
  "nobody-left",
  "ended",
  "check",
];
export const isOfRules = (term: ChangedTerm): boolean => !OTHERS.includes(term);
