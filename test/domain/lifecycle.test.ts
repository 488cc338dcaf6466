/** The table of a request's life, row by row, and what the rows must be together; whether its ways are the right ones, test/docs/flow.test.ts holds against who takes them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import {
  type Due,
  displayStatus,
  dueOf,
  isAdoptable,
  isFinal,
  LIFECYCLE,
  lateFor,
  rowOf,
  STEPS,
  stamped,
  timerAfter,
  timerOf,
} from "../../src/domain/lifecycle.ts";
import { type AccessRequest, isGranted, type State } from "../../src/domain/request.ts";
import {
  all,
  approver,
  DECIDED_AT,
  DELETED_AT,
  ENDED_AT,
  EXPIRES_AT,
  each,
  requestedRecord,
  revoked,
  STARTS_AT,
  T0,
} from "./records.ts";

const STATES = Object.keys(LIFECYCLE) as State[];
const LEADS = [HOUR, 10 * MINUTE];
const TIMING = { reminders: LEADS, roles: {} };
const outage = { what: "hub", since: T0 } as const;
const bot = { who: "bot", why: null, qualified: null };
const stale = { kind: "stale", id: requestedRecord().id };
const closes = [{ at: T0 + 4 * HOUR, step: "timeOut" }];
const ends = { at: EXPIRES_AT, step: "end" };
const late = (did: string, at: number, by?: object) => ({ kind: "late", did, at, ...(by ? { by } : {}) });

interface Expected {
  shows: string | null;
  messages: string[];
  now: string[];
  due: object[];
  onHub: string;
  late: object;
  actor: object;
}

const ROWS: { [S in State]: Expected } = {
  requested: {
    shows: null,
    messages: [],
    now: ["validate"],
    due: closes,
    onHub: "none",
    late: stale,
    actor: { ...bot, who: "U0REQ" },
  },
  pending: {
    shows: "pending",
    messages: ["card", "waiting"],
    now: [],
    due: [...closes, { at: T0 + 2 * HOUR, step: "nudge" }],
    onHub: "none",
    late: stale,
    actor: bot,
  },
  refused: {
    shows: null,
    messages: ["notice"],
    now: [],
    due: [],
    onHub: "none",
    late: late("refused", ENDED_AT),
    actor: { ...bot, who: "policy", why: "store-down" },
  },
  withdrawn: {
    shows: "withdrawn",
    messages: [],
    now: [],
    due: [],
    onHub: "none",
    late: late("withdrawn", ENDED_AT, requestedRecord().requester),
    actor: { ...bot, who: "U0REQ" },
  },
  timedOut: {
    shows: "timedOut",
    messages: ["notice"],
    now: [],
    due: [],
    onHub: "none",
    late: late("timedOut", ENDED_AT),
    actor: { ...bot, who: "time" },
  },
  denied: {
    shows: "denied",
    messages: ["notice"],
    now: [],
    due: [],
    onHub: "none",
    late: late("denied", ENDED_AT, approver),
    actor: { who: "U0ALICE", why: "no", said: "no", qualified: "S0SRE" },
  },
  scheduled: {
    shows: "scheduled",
    messages: ["card", "scheduled"],
    now: [],
    due: [{ at: STARTS_AT, step: "start" }],
    onHub: "none",
    late: late("approved", DECIDED_AT, approver),
    actor: { who: "U0ALICE", why: null, qualified: "S0SRE" },
  },
  approved: {
    shows: "setting-up",
    messages: ["card", "token"],
    now: ["provision"],
    due: [ends],
    onHub: "may-stand",
    late: late("approved", DECIDED_AT, approver),
    actor: { who: "U0ALICE", why: null, qualified: "S0SRE" },
  },
  delivering: {
    shows: "setting-up",
    messages: ["card", "token"],
    now: ["provision"],
    due: [ends],
    onHub: "may-stand",
    late: late("approved", DECIDED_AT, approver),
    actor: bot,
  },
  active: {
    shows: "active",
    messages: ["card", "token"],
    now: [],
    due: [ends, { at: EXPIRES_AT - 10 * MINUTE, step: "remind" }],
    onHub: "must-stand",
    late: late("approved", DECIDED_AT, approver),
    actor: bot,
  },
  ending: {
    shows: "revoked",
    messages: ["card", "notice"],
    now: ["end"],
    due: [],
    onHub: "must-go",
    late: late("ended", ENDED_AT, approver),
    actor: { who: "U0ALICE", why: "revoked: leak", said: "leak", qualified: "S0SRE" },
  },
  ended: {
    shows: "ended",
    messages: ["notice"],
    now: [],
    due: [],
    onHub: "must-go",
    late: late("ended", DELETED_AT + 11_000, approver),
    actor: { ...bot, why: "revoked" },
  },
  extending: {
    shows: "setting-up",
    messages: ["card"],
    now: ["extend"],
    due: [{ at: EXPIRES_AT, step: "extend" }],
    onHub: "none",
    late: late("approved", DECIDED_AT, approver),
    actor: { who: "U0ALICE", why: null, qualified: "S0SRE" },
  },
  extended: {
    shows: "extended",
    messages: ["card"],
    now: [],
    due: [],
    onHub: "none",
    late: late("approved", DECIDED_AT, approver),
    actor: { ...bot, why: `more time for ${requestedRecord().id}` },
  },
};

describe("each row", () => {
  test.each(all.map((r) => [r.state, r] as const))("%s", (state, r) => {
    const row = rowOf(r);
    expect({
      shows: displayStatus(r),
      messages: row.messages(r),
      now: row.now(r),
      due: row.due(r, TIMING),
      onHub: row.onHub,
      late: lateFor(r),
      actor: row.actor(r),
    }).toEqual(ROWS[state]);
  });
});

const { approved, delivering, active, ending, ended, refused } = each;
const failed = { cause: "failed", failure: "dm-closed", at: ENDED_AT } as const;
const changedTerms = { kind: "terms-changed", role: "admin", what: "role-gone" } as const;
const policy = { by: "policy", qualified: "policy", at: DECIDED_AT } as const;

describe("what a row says depends on the record", () => {
  test.each<[string, AccessRequest, string | null]>([
    ["refused by changed terms", { ...refused, refusal: changedTerms }, "closed"],
    ["approved, an outage", { ...approved, outage }, "outage"],
    ["delivering, an outage", { ...delivering, outage }, "outage"],
    ["active, an outage left over", { ...active, outage }, "active"],
    ["ending after a failure", { ...ending, end: failed }, "failed"],
    ["ending in time", { ...ending, end: { cause: "expired", at: ENDED_AT } }, "removing"],
    ["ending, an outage", { ...ending, outage }, "unproven"],
    ["ending after a failure, an outage", { ...ending, end: failed, outage }, "unproven"],
    ["ended after a failure", { ...ended, end: failed }, "failed"],
  ])("%s shows %3$s", (_what, r, shows) => expect(displayStatus(r)).toBe(shows));

  test.each<[string, AccessRequest, string[]]>([
    [
      "active, reminded twice: the last",
      { ...active, reminded: LEADS },
      ["card", "token", `reminder:${LEADS[1]}`],
    ],
    ["ending in time", { ...ending, end: { cause: "expired", at: ENDED_AT } }, ["card"]],
    ["ending by its holder", { ...ending, end: { cause: "released", at: ENDED_AT } }, ["card", "notice"]],
    ["revoked, an outage", { ...ending, outage }, ["card", "notice", "unproven", "alert"]],
    ["ending after a failure", { ...ending, end: failed }, ["card", "notice"]],
    [
      "ending after a failure before anything stood",
      { ...ending, end: failed, grant: undefined } as AccessRequest,
      ["card", "notice", "alert"],
    ],
    [
      "ending after a failure, an outage",
      { ...ending, end: failed, outage },
      ["card", "notice", "unproven", "alert"],
    ],
    [
      "ending after a failure before anything stood, an outage",
      { ...ending, end: failed, outage, grant: undefined } as AccessRequest,
      ["card", "notice", "alert"],
    ],
    ["ended after a failure", { ...ended, end: failed }, ["notice", "alert"]],
  ])("%s asks for %3$j", (_what, r, keys) => expect(rowOf(r).messages(r)).toEqual(keys));

  test.each<[string, AccessRequest, object]>([
    ["by policy", { ...approved, decision: policy }, { who: "policy", why: null, qualified: "policy" }],
    [
      "time is over",
      { ...ending, end: { cause: "expired", at: ENDED_AT } },
      { who: "time", why: "expired", qualified: null },
    ],
    ["failed", { ...ending, end: failed }, { who: "bot", why: "failed: dm-closed", qualified: null }],
    [
      "lost",
      { ...ending, end: { cause: "lost", at: ENDED_AT } },
      { who: "bot", why: "lost", qualified: null },
    ],
    [
      "departed",
      { ...ending, end: { cause: "departed", departure: { what: "guest" }, at: ENDED_AT } },
      { who: "bot", why: "departed: guest", qualified: null },
    ],
  ])("%s: %3$j acted", (_what, r, actor) => expect(rowOf(r).actor(r)).toEqual(actor));

  test("by policy nobody is named to whoever comes late", () =>
    expect(lateFor({ ...approved, decision: policy })).toEqual(late("approved", DECIDED_AT)));
});

describe("the timer is the earliest due step", () => {
  test.each<[string, AccessRequest, object | null]>([
    ["pending, halfway to its closing", each.pending, { at: T0 + 2 * HOUR, step: "nudge" }],
    ["pending, when its role says", { ...each.pending, nudgeAt: T0 + 1 }, { at: T0 + 1, step: "nudge" }],
    ["pending, nudged", { ...each.pending, nudgedAt: T0 }, { at: T0 + 4 * HOUR, step: "timeOut" }],
    ["active, a reminder first", active, { at: EXPIRES_AT - 10 * MINUTE, step: "remind" }],
    ["active, reminded", { ...active, reminded: LEADS }, ends],
    ["ending", ending, null],
    // Only then can the hub no longer take a token for good because it took it before.
    ["deleted", { ...ending, deletedAt: DELETED_AT }, { at: DELETED_AT + 13_000, step: "verify" }],
    ["ended", ended, null],
  ])("%s", (_what, r, timer) => expect(timerOf(r, TIMING)).toEqual(timer));

  test("in each state, what another may have drawn over is drawn once more", () => {
    for (const r of all)
      expect(dueOf({ ...r, redraw: { at: T0 + 1, keys: ["card"] } }, TIMING)).toContainEqual({
        at: T0 + 1,
        step: "redraw",
      });
  });

  test("each leads to the next, also of two at one time, and the last to none", () => {
    const doubted = { ...active, doubtedAt: EXPIRES_AT - MINUTE };
    const all = dueOf(doubted, TIMING);
    expect(all.filter(({ at }) => at === EXPIRES_AT)).toHaveLength(2);
    const chain: Due[] = [];
    for (let due = timerOf(doubted, TIMING); due; due = timerAfter(doubted, TIMING, due)) chain.push(due);
    expect(chain).toEqual(all);
  });
});

describe("the rows together", () => {
  test("no state is missing, and none leads to one that is not there", () => {
    expect(STATES.toSorted()).toEqual(all.map(({ state }) => state).toSorted());
    for (const state of STATES) for (const next of LIFECYCLE[state].to) expect(STATES).toContain(next);
  });

  test("every state can be reached, and from each a final one", () => {
    const reach = (from: State, seen = new Set<State>([from])): Set<State> => {
      for (const next of LIFECYCLE[from].to) if (!seen.has(next)) reach(next, seen.add(next));
      return seen;
    };
    expect([...reach("requested")].toSorted()).toEqual(STATES.toSorted());
    for (const state of STATES)
      expect([...reach(state)].some((next) => LIFECYCLE[next].to.length === 0)).toBe(true);
  });

  test.each(all.map((r) => [r.state, r] as const))("%s leads on by itself, or is final", (_state, r) => {
    if (isFinal(r)) {
      expect(rowOf(r).now(r)).toEqual([]);
      expect(timerOf(r, TIMING)).toBeNull();
      return;
    }
    expect(rowOf(r).now(r).length + (timerOf(r, TIMING) ? 1 : 0)).toBeGreaterThan(0);
  });

  test("what is done at once or in time is a step that a job can take", () => {
    for (const r of all) {
      const steps = [
        ...rowOf(r).now(r),
        ...rowOf(r)
          .due(r, TIMING)
          .map(({ step }) => step),
      ];
      for (const step of steps) expect(STEPS).toContain(step);
    }
  });

  test("what is adoptable leads to active, and nothing else does", () => {
    for (const r of all) expect(isAdoptable(r), r.state).toBe(rowOf(r).to.includes("active"));
  });

  test("what may stand on the hub and is not final is granted", () => {
    for (const r of all) expect(isGranted(r), r.state).toBe(rowOf(r).onHub !== "none" && !isFinal(r));
  });

  test("something may stand on the hub in no state that nobody approved, nor before its time", () => {
    for (const r of all) {
      const mayStand = "decision" in r && !r.extends && r.state !== "scheduled";
      expect(rowOf(r).onHub !== "none", r.state).toBe(mayStand);
    }
  });
});

describe("a change as it is stored", () => {
  const at = T0 + HOUR;
  const pairs = STATES.flatMap((from) => STATES.map((to) => [from, to] as const));
  const known = (from: State, to: State) => from === to || LIFECYCLE[from].to.includes(to as never);

  test.each(pairs.filter((pair) => known(...pair)))("%s → %s is entered then", (from, to) => {
    const { enteredAt } = stamped(each[from], each[to], at);
    expect(enteredAt).toBe(from === to ? T0 : at);
  });

  test.each(pairs.filter((pair) => !known(...pair)))("%s → %s is no way", (from, to) =>
    expect(() => stamped(each[from], each[to], at)).toThrow(`No way leads from ${from} to ${to}.`),
  );

  const { pending } = each;
  test.each<[string, AccessRequest, AccessRequest, number, number]>([
    ["nothing", pending, pending, 0, 0],
    ["another role", pending, { ...pending, role: "guest" }, 1, 1],
    ["another duration", pending, { ...pending, duration: 1 }, 1, 1],
    ["another reason", pending, { ...pending, reason: "x" }, 1, 1],
    ["other approvers", pending, { ...pending, approvers: [] }, 1, 1],
    ["several of them at once", pending, { ...pending, role: "guest", duration: 1 }, 1, 1],
    ["another name", pending, { ...pending, requester: { ...pending.requester, name: "B" } }, 0, 1],
    ["later closing", pending, { ...pending, closesAt: 1 }, 0, 1],
    ["another end", active, { ...active, expiresAt: 1 }, 0, 1],
    ["an outage", approved, { ...approved, outage }, 0, 1],
    ["an outage that is over", { ...approved, outage }, approved, 0, 1],
    ["another outage", { ...approved, outage }, { ...approved, outage: { ...outage, what: "slack" } }, 0, 1],
    [
      "messages",
      pending,
      { ...pending, messages: { card: { channel: "C", ts: "", shows: "", revision: 1 } } },
      0,
      0,
    ],
    ["hidden", active, { ...active, hidden: true }, 0, 0],
    ["a decision, with its end", pending, approved, 0, 1],
    ["an end", active, { ...ending, end: revoked }, 0, 0],
  ])("%s counts", (_what, before, after, terms, revision) => {
    const next = stamped(before, after, at);
    expect([next.terms - before.terms, next.revision - before.revision]).toEqual([terms, revision]);
  });

  test("what the change itself puts in for the numbers does not count", () => {
    const bold = { ...pending, terms: 9, revision: 9, enteredAt: 9 };
    expect(stamped(pending, bold, at)).toEqual(pending);
  });

  test("the numbers only grow, and one change is one step", () => {
    const change = fc.record(
      { role: fc.string(), duration: fc.nat(), reason: fc.string(), closesAt: fc.nat() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        let record: AccessRequest = pending;
        for (const one of changes) {
          const next = stamped(record, { ...record, ...one }, at);
          const changed = (keys: readonly ("role" | "duration" | "reason" | "closesAt")[]) =>
            keys.some((key) => next[key] !== record[key]) ? 1 : 0;
          expect(next.terms - record.terms).toBe(changed(["role", "duration", "reason"]));
          expect(next.revision - record.revision).toBe(changed(["role", "duration", "reason", "closesAt"]));
          record = next;
        }
      }),
    );
  });
});
