/** One record for every state and end, and the context they are drawn in. */

import { Role } from "../../src/domain/catalog.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { type Face, faces, type Slot } from "../../src/domain/faces.ts";
import { GroupId, type Principal, RequestId, UserId } from "../../src/domain/ids.ts";
import type { Locale, Person } from "../../src/domain/person.ts";
import { AccessRequest, Failure } from "../../src/domain/request.ts";
import type { ViewContext } from "../../src/slack/views/index.ts";

export const NOW = Date.UTC(2026, 10, 25, 14, 2, 11);
export const SRE: Principal = GroupId.parse("S0SRE");
export const bob: Person = { id: UserId.parse("U0BOB"), name: "Bob", locale: "en" };
export const alice: Person = { id: UserId.parse("U0ALICE"), name: "Alice", locale: "en" };
export const ID = RequestId.parse("R-7K2Q9FXT");

const role = Role.parse({
  clusterRole: "karpor-admin",
  description: { en: "Change & delete everything", zh: "修改和删除所有内容" },
  duration: { default: "1h", max: "8h" },
  reason: "required",
  approval: { by: ["S0SRE"], within: "4h" },
});
const peek = Role.parse({
  clusterRole: "karpor-guest",
  description: { en: "View every page", zh: "查看所有页面" },
  duration: { default: "15m", max: "1h" },
  approval: "none",
});

export const view = (locale: Locale, pings: readonly Principal[] = [SRE]): ViewContext => ({
  locale,
  hub: { name: "production", dashboard: "https://karpor.example.com" },
  roles: { admin: role, peek },
  pings: () => pings,
  command: "/karpor-access",
  now: NOW,
});

export const common = {
  id: ID,
  version: 3,
  requester: bob,
  role: "admin",
  clusterRole: "karpor-admin",
  reason: "OPS-123 roll back search rule",
  duration: 4 * HOUR,
  requestedAt: NOW - 5 * MINUTE,
  closesAt: NOW + 4 * HOUR - 5 * MINUTE,
  approvers: [SRE],
  policy: "0".repeat(64),
  terms: 1,
  generation: 1,
  messages: {},
};
const decision = { by: alice, qualified: "S0SRE", at: NOW - MINUTE };
const approved = { ...common, decision, expiresAt: NOW + 4 * HOUR };
const grant = { accountUid: "a", bindingUid: "b", tokenExpiresAt: NOW + 4 * HOUR, shortened: false };
const sent = { channel: "D0BOB", ts: "1.1", face: "" };
const messages = {
  card: { ...sent, channel: "C0APPROVALS" },
  waiting: sent,
  token: sent,
  unproven: sent,
  alert: { ...sent, channel: "C0APPROVALS" },
  "reminder:3600000": sent,
};
const gone = { ...approved, grant, messages, deletedAt: NOW };
const slow = { what: "hub", since: NOW - MINUTE };
const verified = (method: "probe" | "absence") => ({ method, deletedAt: NOW - 12_000, at: NOW });

const ends = [
  { cause: "expired", at: NOW },
  { cause: "released", by: bob, at: NOW },
  { cause: "revoked", by: alice, qualified: "S0SRE", reason: "incident <over>", at: NOW },
  { cause: "lost", at: NOW },
  { cause: "other", reason: "incident", at: NOW },
  ...Failure.options.map((failure) => ({ cause: "failed", failure, at: NOW })),
];

/** Everything a record can be, as far as words differ. */
export const records: AccessRequest[] = [
  { ...common, state: "pending" },
  {
    ...common,
    messages,
    state: "refused",
    refusal: { kind: "may-not-ask", role: "admin", who: [SRE] },
    at: NOW,
  },
  { ...common, messages, state: "withdrawn", at: NOW },
  { ...common, messages, state: "timedOut", at: NOW },
  { ...common, messages, state: "denied", by: alice, qualified: "S0SRE", why: "use <guest>", at: NOW },
  { ...approved, messages, state: "approved" },
  { ...approved, messages, state: "approved", trouble: slow },
  { ...approved, approvers: [], decision: { ...decision, by: "policy" }, state: "approved" },
  { ...approved, messages, grant, state: "delivering", hidden: false, trouble: { ...slow, what: "slack" } },
  { ...approved, messages, grant, state: "active", hidden: false, reminded: [HOUR] },
  { ...approved, messages, grant, state: "active", hidden: true, reminded: [HOUR, 10 * MINUTE] },
  ...ends.flatMap((end) => [
    { ...gone, end, state: "ending" },
    { ...gone, end, state: "ending", trouble: slow },
    { ...gone, end, state: "ended", verification: verified("probe") },
    { ...gone, end, state: "ended", verification: verified("absence") },
  ]),
].map((record) => AccessRequest.parse(record));

export const activeOne = records.find((r) => r.state === "active") as Extract<
  AccessRequest,
  { state: "active" }
>;
export const pendingOne = records[0] as AccessRequest;
export const deliveringOne = records.find((r) => r.state === "delivering") as Extract<
  AccessRequest,
  { state: "delivering" }
>;

export interface Drawn {
  r: AccessRequest;
  slot: Slot;
  face: Face;
}

export const everyFace: Drawn[] = records.flatMap((r) =>
  [...faces(r)].map(([slot, face]) => ({ r, slot, face })),
);
