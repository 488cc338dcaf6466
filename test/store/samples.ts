/** Records in every state, as short as their schema allows. */
import { randomBytes } from "node:crypto";
import type { Emergency, Review } from "../../src/domain/break-glass.ts";
import { requestId, UserId } from "../../src/domain/ids.ts";
import { wantedMessages } from "../../src/domain/messages.ts";
import type { AccessRequest, In, State } from "../../src/domain/request.ts";

const person = (id: string) => ({ id: UserId.parse(id), name: id.toLowerCase(), locale: "en" as const });
export const ana = person("U0ANA");
export const ben = person("U0BEN");

export const unreviewed: Emergency = { review: [ben.id], reviews: [] };
export const reviewBy = (id: string): Review => ({
  by: person(id),
  qualified: "U0BEN",
  comment: "seen",
  at: 1,
});
export const reviewedTwice: Emergency = {
  review: [ben.id],
  reviews: [reviewBy(ben.id), reviewBy("U0CAT")],
};

/** The same, approved by nobody. */
export const taken = (r: AccessRequest): AccessRequest =>
  "decision" in r ? { ...r, decision: { ...r.decision, by: "policy" } } : r;

export function asked(over: Partial<In<"requested">> = {}): In<"requested"> {
  return {
    id: requestId(randomBytes(5)),
    version: 1,
    state: "requested",
    requester: ana,
    role: "guest",
    clusterRole: "karpor-guest",
    reason: "debugging the search page",
    duration: 3_600_000,
    requestedAt: Date.now(),
    enteredAt: Date.now(),
    closesAt: Date.now() + 3_600_000,
    approvers: [ben.id],
    policy: "0".repeat(64),
    terms: 1,
    revision: 1,
    generation: 1,
    messages: {},
    ...over,
  };
}

/** The same request in another state. */
export function inState(request: AccessRequest, state: State): AccessRequest {
  const { id, version, requester, role, clusterRole, reason, duration } = request;
  const { requestedAt, enteredAt, closesAt, approvers, policy, terms, revision, generation, messages } =
    request;
  const common = {
    ...{ id, version, requester, role, clusterRole, reason, duration },
    ...{ requestedAt, enteredAt, closesAt, approvers, policy, terms, revision, generation, messages },
  };
  const at = requestedAt + 1000;
  const approved = { ...common, decision: { by: ben, qualified: ben.id, at }, expiresAt: at + duration };
  const grant = { accountUid: "a", bindingUid: "b", tokenExpiresAt: approved.expiresAt, shortened: false };
  const end = { cause: "expired" as const, at };
  const extended = { id, from: at, until: at + duration };
  switch (state) {
    case "requested":
    case "pending":
      return { ...common, state };
    case "refused":
      return { ...common, state, refusal: { kind: "store-down" }, at };
    case "withdrawn":
    case "timedOut":
      return { ...common, state, at };
    case "denied":
      return { ...common, state, by: ben, qualified: ben.id, why: "no", at };
    case "scheduled":
      return { ...approved, startsAt: at, state };
    case "approved":
      return { ...approved, state };
    case "delivering":
      return { ...approved, state, grant, hidden: false };
    case "active":
      return { ...approved, state, grant, hidden: false, reminded: [] };
    case "ending":
      return { ...approved, state, grant, end };
    case "ended":
      return { ...approved, state, grant, end, verification: { method: "absence", deletedAt: at, at } };
    case "extending":
      return { ...approved, state, extends: extended };
    case "extended":
      return { ...approved, state, extends: extended, at };
  }
}

export const activeSample = (over: Partial<In<"requested">> = {}) =>
  inState(asked(over), "active") as In<"active">;

/** Every message it must have is sent and shows what it must. */
export function drawnSample(request: AccessRequest): AccessRequest {
  const { revision } = request;
  const sent = wantedMessages(request).map(({ key, shows }) => [
    key,
    { channel: "C1", ts: "1.2", shows, revision },
  ]);
  const messages = Object.fromEntries(sent);
  return { ...request, messages: { ...request.messages, ...messages } };
}
