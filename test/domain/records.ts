/** Records to start from, and one in each state. */
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { RequestId } from "../../src/domain/ids.ts";
import { Person } from "../../src/domain/person.ts";
import {
  AccessRequest,
  Decision,
  type End,
  type Grant,
  type In,
  type Sent,
  type State,
} from "../../src/domain/request.ts";

export const T0 = Date.UTC(2026, 10, 2, 9);

export const requestedRecord = (change: Partial<In<"requested">> = {}): In<"requested"> =>
  AccessRequest.parse({
    state: "requested",
    id: "R-7K2Q9FXT",
    version: 1,
    requester: { id: "U0REQ", name: "Req", locale: "en" },
    role: "admin",
    clusterRole: "karpor-admin",
    reason: "OPS-123",
    duration: HOUR,
    requestedAt: T0,
    enteredAt: T0,
    closesAt: T0 + 4 * HOUR,
    approvers: ["S0SRE"],
    policy: "0".repeat(64),
    terms: 1,
    revision: 1,
    generation: 1,
    messages: {},
    ...change,
  }) as In<"requested">;

export const pending = (): In<"pending"> => ({ ...requestedRecord(), state: "pending" });

export const approver = Person.parse({ id: "U0ALICE", name: "Alice", locale: "en" });
/** Who asks for somebody else. */
export const asker = Person.parse({ id: "U0DANA", name: "Dana", locale: "zh" });
export const DECIDED_AT = T0 + MINUTE;
export const STARTS_AT = T0 + 8 * HOUR;
export const EXPIRES_AT = DECIDED_AT + HOUR;
export const ENDED_AT = T0 + 30 * MINUTE;
export const DELETED_AT = ENDED_AT + 1000;

export const decision = Decision.parse({ by: approver, qualified: "S0SRE", at: DECIDED_AT });
export const grant: Grant = {
  accountUid: "a",
  bindingUid: "b",
  tokenExpiresAt: EXPIRES_AT,
  shortened: false,
};
export const revoked: End = {
  cause: "revoked",
  by: approver,
  qualified: "S0SRE",
  reason: "leak",
  at: ENDED_AT,
};

const approved = { ...requestedRecord(), decision, expiresAt: EXPIRES_AT };
const delivered = { ...approved, grant, hidden: false };
const at = ENDED_AT;
/** More time for a grant that ends at EXPIRES_AT. */
const extended = { id: requestedRecord().id, from: DECIDED_AT, until: EXPIRES_AT };
export const forMore = (): In<"requested"> =>
  requestedRecord({ id: RequestId.parse("R-8M3R0GYV"), extends: extended, closesAt: EXPIRES_AT });
const more = { ...forMore(), extends: extended, decision, expiresAt: EXPIRES_AT + HOUR };

/** The same request, wherever its life has led. */
export const each: { [S in State]: In<S> } = {
  requested: requestedRecord(),
  pending: pending(),
  refused: { ...requestedRecord(), state: "refused", refusal: { kind: "store-down" }, at },
  withdrawn: { ...requestedRecord(), state: "withdrawn", at },
  timedOut: { ...requestedRecord(), state: "timedOut", at },
  denied: { ...requestedRecord(), state: "denied", by: approver, qualified: "S0SRE", why: "no", at },
  scheduled: {
    ...requestedRecord({ startsAt: STARTS_AT }),
    decision,
    startsAt: STARTS_AT,
    expiresAt: STARTS_AT + HOUR,
    state: "scheduled",
  },
  approved: { ...approved, state: "approved" },
  delivering: { ...delivered, state: "delivering" },
  active: { ...delivered, state: "active", reminded: [] },
  ending: { ...approved, grant, state: "ending", end: revoked },
  ended: {
    ...approved,
    grant,
    state: "ended",
    end: revoked,
    verification: { method: "probe", deletedAt: DELETED_AT, at: DELETED_AT + 11_000 },
  },
  extending: { ...more, state: "extending" },
  extended: { ...more, state: "extended", at },
};
export const all = Object.values(each) as AccessRequest[];

/** A message that stands, and shows this. */
export const sent = (shows: string, change: Partial<Sent> = {}): Sent => ({
  channel: "D1",
  ts: "1.1",
  shows,
  revision: 1,
  ...change,
});
