/** What the trail keeps: a line for each change of state, and for what an auditor looks for although the state stays. */
import { describe, expect, test } from "vitest";
import { transition } from "../../src/domain/audit.ts";
import { HOUR } from "../../src/domain/duration.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { STUCK_TRIES_MAX } from "../../src/domain/left-tokens.ts";
import { rowOf, stamped } from "../../src/domain/lifecycle.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { decided } from "../../src/domain/transitions.ts";
import { all, DELETED_AT, EXPIRES_AT, each, grant, requestedRecord, sent, T0 } from "./records.ts";

const NOW = T0 + HOUR;
const { pending, active, ending, ended, approved } = each;

test("the first line is that it was requestedRecord", () =>
  expect(transition(null, requestedRecord(), NOW)).toEqual({
    id: requestedRecord().id,
    at: NOW,
    from: null,
    to: "requested",
    who: "U0REQ",
    why: null,
    qualified: null,
    requester: "U0REQ",
    askedBy: null,
    role: "admin",
    clusterRole: "karpor-admin",
    reason: "OPS-123",
    duration: HOUR,
    startsAt: null,
    policy: "0".repeat(64),
    generation: 1,
    expiresAt: null,
    accountUid: null,
    bindingUid: null,
    tokenExpiresAt: null,
    verification: null,
  }));

test("who approved, and then approves less, is on the trail twice", () => {
  const quorum = { needed: 2, isStill: () => true };
  const by = { id: "U0AP" as UserId, name: "Ann", locale: "en" } as const;
  const asked: AccessRequest = { ...pending, count: 2 };
  const first = stamped(asked, decided(asked, { approve: true }, by, "S0SRE", NOW, quorum), NOW);
  const less = { approve: true, less: { duration: HOUR / 2 } } as const;
  const second = stamped(first, decided(first, less, by, "S0SRE", NOW, quorum), NOW);
  expect(transition(first, second, NOW)).toMatchObject({
    ...{ who: "U0AP", to: "pending", duration: HOUR / 2 },
    why: "for less: admin 1h → admin 30m; approved, 1 of 2",
  });
});

test("an end tells what stood, and how it was proved", () =>
  expect(transition(ending, ended, NOW)).toMatchObject({
    from: "ending",
    to: "ended",
    expiresAt: EXPIRES_AT,
    accountUid: "a",
    bindingUid: "b",
    tokenExpiresAt: EXPIRES_AT,
    verification: { method: "probe", deletedAt: DELETED_AT, at: DELETED_AT + 11_000 },
  }));

test.each(all.flatMap((r) => rowOf(r).to.map((to) => [r.state, to] as const)))(
  "%s → %s names who acted",
  (from, to) => {
    const after = each[to];
    const actor = rowOf(after).actor(after);
    expect(transition(each[from], after, NOW)).toMatchObject({ from, to, at: NOW, ...actor });
  },
);

test("an earlier token that is back on the hub: the line is of its objects, not of those that stand by right", () => {
  const verification = { method: "probe" as const, deletedAt: T0, at: T0 };
  const grant = { ...active.grant, accountUid: "earlier-account", bindingUid: "earlier-binding" };
  const former = [{ generation: 1, grant, why: "leaked" as const, at: T0, verification }];
  const before: AccessRequest = { ...active, generation: 2, former };
  const after: AccessRequest = { ...before, untold: { what: "returned", at: NOW, generation: 1 } };
  expect(transition(before, after, NOW)).toMatchObject({
    ...{ from: "active", to: "active", generation: 1 },
    ...{ accountUid: "earlier-account", bindingUid: "earlier-binding", verification: null },
  });
});

describe("where the state stays", () => {
  const stuck = (tries: number) => ({
    ...{ code: "edit_window_closed", since: T0, tries, triedAt: T0 },
    ...(tries >= STUCK_TRIES_MAX && { deadSince: DELETED_AT }),
  });
  const withToken = (tries: number): AccessRequest => ({
    ...ended,
    messages: { token: sent("shown", { token: "shown", stuck: stuck(tries) }) },
  });
  const contradicted = { ...ending, contradictedAt: NOW };

  test.each<[string, AccessRequest, AccessRequest]>([
    ["nothing", pending, pending],
    ["messages", pending, { ...pending, messages: { card: sent("pending") } }],
    ["hidden", active, { ...active, hidden: true }],
    ["an outage", approved, { ...approved, outage: { what: "hub", since: T0 } }],
    ["deleted", ending, { ...ending, deletedAt: DELETED_AT }],
    ["contradicted before", contradicted, { ...contradicted, deletedAt: DELETED_AT }],
    ["a token that Slack would not let go, tried again", withToken(1), withToken(2)],
    ["a token left before", withToken(STUCK_TRIES_MAX), withToken(STUCK_TRIES_MAX + 1)],
  ])("%s: no line", (_what, before, after) => expect(transition(before, after, NOW)).toBeNull());

  test.each<[string, AccessRequest, AccessRequest, string]>([
    ["contradicted", ending, contradicted, "a token was accepted after its account was removed"],
    [
      "back on the hub",
      ended,
      { ...ended, untold: { what: "returned", at: NOW, generation: 1 } },
      "generation 1 stood on the hub again after it was gone, and goes once more",
    ],
    [
      "a token is left",
      withToken(STUCK_TRIES_MAX - 1),
      withToken(STUCK_TRIES_MAX),
      `a token is left in Slack, dead since ${new Date(DELETED_AT).toISOString()}`,
    ],
  ])("%s: a remark by the bot", (_what, before, after, why) =>
    expect(transition(before, after, NOW)).toMatchObject({
      from: after.state,
      to: after.state,
      who: "bot",
      why,
      qualified: null,
    }),
  );
});

test("a token that is accepted after its end is told of each generation, by its own account", () => {
  const old = { generation: 1, grant: { ...grant, accountUid: "old" }, why: "lost", at: T0 } as const;
  const renewed: AccessRequest = { ...active, generation: 2, former: [{ ...old, deletedAt: DELETED_AT }] };
  const contradicted = { ...old, deletedAt: DELETED_AT, contradictedAt: NOW };
  const first: AccessRequest = { ...renewed, former: [contradicted] };
  const why = "a token was accepted after its account was removed";
  expect(transition(renewed, first, NOW)).toMatchObject({ why, generation: 1, accountUid: "old" });
  const both: AccessRequest = { ...ending, generation: 2, deletedAt: DELETED_AT, former: [contradicted] };
  expect(transition(both, { ...both, contradictedAt: NOW }, NOW)).toMatchObject({
    ...{ why, generation: 2, accountUid: "a" },
  });
});
