/** The one table of sweep, repair and fallback: every state against everything that may stand on the hub. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { LIFECYCLE } from "../../src/domain/lifecycle.ts";
import { type OnHub, type Repair, reconcile } from "../../src/domain/reconcile.ts";
import type { AccessRequest, State } from "../../src/domain/request.ts";
import { all, each, T0 } from "./records.ts";

const NOW = T0 + 30 * MINUTE;
const account = { createdAt: T0, deleting: false, expiresAt: (NOW + HOUR) as number | null };
const deleting = { ...account, deleting: true };

/** What may stand, under the record's generation. */
const STANDING = {
  nothing: { generation: 1, account: null, binding: false },
  whole: { generation: 1, account, binding: true },
  altered: { generation: 1, account, binding: true, altered: true },
  "account only": { generation: 1, account, binding: false },
  "binding only": { generation: 1, account: null, binding: true },
  "deleting, bound": { generation: 1, account: deleting, binding: true },
  deleting: { generation: 1, account: deleting, binding: false },
} satisfies Record<string, OnHub>;
type Standing = keyof typeof STANDING;
const WHAT = Object.keys(STANDING) as Standing[];

type Row = Record<Standing, Repair>;
const row = (nothing: Repair, whole: Repair, half: Repair, altered: Repair = whole): Row => ({
  nothing,
  whole,
  altered,
  "account only": half,
  "binding only": half,
  "deleting, bound": half,
  deleting: half,
});

const nobodyApproved = row("nothing", "remove", "remove");
/** Being set up: what is missing is made, what is there stays. */
const mayStand = row("provision", "nothing", "provision");
const TABLE: { [S in State]: Row } = {
  requested: nobodyApproved,
  pending: nobodyApproved,
  refused: nobodyApproved,
  withdrawn: nobodyApproved,
  timedOut: nobodyApproved,
  denied: nobodyApproved,
  scheduled: nobodyApproved,
  approved: mayStand,
  delivering: mayStand,
  active: row("end", "nothing", "end", "end"),
  // Its own step is under way, and sees to whatever stands.
  ending: row("nothing", "nothing", "nothing"),
  ended: row("nothing", "expel", "remove"),
  extending: nobodyApproved,
  extended: nobodyApproved,
};

/** Its token was on its way: of a Redis that does not know it, only what ended on purpose is taken away. */
const DELIVERED: OnHub = { generation: 1, account: { ...account, delivered: true }, binding: true };
const adopted: readonly State[] = ["requested", "pending", "scheduled"];
test.each(all.map((r) => [r.state, r] as const))("%s, and its grant was delivered", (state, r) =>
  expect(reconcile(r, DELIVERED, NOW)).toBe(adopted.includes(state) ? "adopt" : TABLE[state].whole),
);

describe.each(all.map((r) => [r.state, r] as const))("%s", (state, r) => {
  test.each(WHAT)("%s", (what) => expect(reconcile(r, STANDING[what], NOW)).toBe(TABLE[state][what]));

  test.each(WHAT)("%s of another generation", (what) => {
    const expected = what === "nothing" ? "nothing" : "remove";
    expect(reconcile({ ...r, generation: 2 }, STANDING[what], NOW)).toBe(expected);
  });
});

describe("a generation that gave way to a new token", () => {
  const { grant } = each.active;
  const gone = { generation: 1, grant, why: "leaked" as const, at: T0 };
  const leaving = (state: "approved" | "delivering" | "active" | "ending"): AccessRequest => ({
    ...each[state],
    generation: 2,
    former: [gone],
  });
  const verification = { method: "probe" as const, deletedAt: T0, at: T0 };

  test.each(WHAT)("%s: its own step sees to it", (what) => {
    for (const state of ["approved", "delivering", "active", "ending"] as const)
      expect(reconcile(leaving(state), STANDING[what], NOW)).toBe("nothing");
  });

  test("proved gone, and brought back by a restored hub: removed", () =>
    expect(
      reconcile(
        { ...leaving("active"), former: [{ ...gone, verification }] } as AccessRequest,
        STANDING.whole,
        NOW,
      ),
    ).toBe("expel"));

  test("of a Redis that does not know it: the later one that was delivered is the grant's", () => {
    const later = { ...DELIVERED, generation: 2 };
    for (const state of ["requested", "pending", "approved", "delivering", "active"] as const)
      expect(reconcile(each[state], later, NOW), state).toBe("adopt");
    for (const state of ["ending", "ended", "denied", "withdrawn"] as const)
      expect(reconcile(each[state], later, NOW), state).toBe("remove");
  });

  test("where records cannot be read: what a later one took the place of goes, whole or not", () => {
    for (const what of WHAT.filter((one) => one !== "nothing"))
      expect(reconcile("unknown", { ...STANDING[what], superseded: true }, NOW), what).toBe("remove");
  });
});

test.each(["expiry", "abandoned", "unstarted"] as const)(
  "ended, by no more than %s: nobody said that it was gone, or that it ever stood",
  (method) => {
    const ended: AccessRequest = { ...each.ended, verification: { ...each.ended.verification, method } };
    expect(reconcile(ended, STANDING.whole, NOW)).toBe("remove");
  },
);

test("ended before anybody had a token of it: made late by a replica that slept, it goes like what never began", () => {
  const { grant: _, ...ended } = each.ended;
  expect(reconcile(ended, STANDING.whole, NOW)).toBe("remove");
});

describe("live, and its account says another end", () => {
  const { active } = each;
  const at = (expiresAt: number | null): OnHub => ({ ...STANDING.whole, account: { ...account, expiresAt } });
  test.each<[string, number | null, Repair]>([
    ["its own", active.expiresAt, "nothing"],
    ["an earlier one, of a hub from before more time was given", active.expiresAt - 1, "note"],
    ["none", null, "note"],
    ["a later one, of a token that the hub made shorter", active.expiresAt + 1, "nothing"],
  ])("%s", (_what, expiresAt, expected) => expect(reconcile(active, at(expiresAt), NOW)).toBe(expected));
});

describe("no record", () => {
  const expected = { ...row("nothing", "adopt", "remove") };
  test.each(WHAT)("%s", (what) => expect(reconcile(null, STANDING[what], NOW)).toBe(expected[what]));

  test("whole, but nobody wrote down when it ends: it cannot be ended on time, so it ends now", () => {
    const on = { ...STANDING.whole, account: { ...account, expiresAt: null } };
    expect(reconcile(null, on, NOW)).toBe("remove");
  });
});

describe("nobody can read the record", () => {
  const at = (change: Partial<typeof account>, binding = true): OnHub => ({
    generation: 1,
    account: { ...account, ...change },
    binding,
  });
  test.each<[string, OnHub, Repair]>([
    ["nothing", STANDING.nothing, "nothing"],
    ["whole, its time not over", STANDING.whole, "nothing"],
    ["whole, its time just over", at({ expiresAt: NOW }), "remove"],
    ["whole, a millisecond before", at({ expiresAt: NOW + 1 }), "nothing"],
    ["whole, without a time", at({ expiresAt: null }), "nothing"],
    ["account without binding for a minute: it is ending", at({ createdAt: NOW - MINUTE }, false), "remove"],
    [
      "account without binding for less: it may be in the making",
      at({ createdAt: NOW - MINUTE + 1 }, false),
      "nothing",
    ],
    ["account without binding, its time over", at({ createdAt: NOW, expiresAt: NOW }, false), "remove"],
    ["deleting", at({ deleting: true }, false), "remove"],
    ["deleting, still bound", at({ deleting: true }), "remove"],
    ["binding only: it gives nobody access", STANDING["binding only"], "nothing"],
  ])("%s", (_what, on, expected) => expect(reconcile("unknown", on, NOW)).toBe(expected));
});

const standing: fc.Arbitrary<OnHub> = fc.record({
  generation: fc.integer({ min: 1, max: 3 }),
  account: fc.option(
    fc.record({
      createdAt: fc.integer({ min: T0, max: NOW }),
      deleting: fc.boolean(),
      expiresAt: fc.option(fc.integer({ min: T0, max: NOW + HOUR })),
    }),
  ),
  binding: fc.boolean(),
});
const record: fc.Arbitrary<AccessRequest | "unknown" | null> = fc
  .tuple(fc.constantFrom(...all, "unknown" as const, null), fc.integer({ min: 1, max: 3 }))
  .map(([r, generation]) => (r && r !== "unknown" ? { ...r, generation } : r));

const isWhole = ({ account, binding }: OnHub) => account !== null && !account.deleting && binding;

test("what is live and whole is never removed, ended or made anew", () => {
  fc.assert(
    fc.property(record, standing, (r, on) => {
      fc.pre(r !== null && r !== "unknown");
      const live = LIFECYCLE[r.state].onHub === "may-stand" || LIFECYCLE[r.state].onHub === "must-stand";
      fc.pre(live && isWhole(on) && r.generation === on.generation);
      expect(["nothing", "note"]).toContain(reconcile(r, on, NOW));
    }),
    { numRuns: 2000 },
  );
});

test("where records cannot be read, nothing whole goes before its time, and nothing is made or ended", () => {
  fc.assert(
    fc.property(standing, (on) => {
      const repair = reconcile("unknown", on, NOW);
      expect(["nothing", "remove"]).toContain(repair);
      const over = on.account?.expiresAt != null && on.account.expiresAt <= NOW;
      if (isWhole(on) && !over) expect(repair).toBe("nothing");
      if (over) expect(repair).toBe("remove");
    }),
    { numRuns: 1000 },
  );
});

test("nothing is removed where nothing stands, and nothing is adopted or made but what it names", () => {
  fc.assert(
    fc.property(record, standing, (r, on) => {
      const repair = reconcile(r, on, NOW);
      if (!on.account && !on.binding) expect(repair).not.toBe("remove");
      if (repair === "adopt")
        expect([r, isWhole(on), on.account?.expiresAt != null]).toEqual([null, true, true]);
      if (repair === "provision") expect(["approved", "delivering"]).toContain((r as AccessRequest).state);
      if (repair === "end") expect((r as AccessRequest).state).toBe("active");
    }),
    { numRuns: 1000 },
  );
});

test("whatever time it is, a record alone decides", () => {
  fc.assert(
    fc.property(record, standing, fc.integer({ min: 0, max: 10 * NOW }), (r, on, now) => {
      fc.pre(r !== "unknown");
      expect(reconcile(r, on, now)).toBe(reconcile(r, on, NOW));
    }),
  );
});

test("a repair comes to rest: what it leads to asks for no other, or for its own step", () => {
  const { ended } = each;
  expect(reconcile(ended, STANDING.nothing, NOW)).toBe("nothing");
  expect(reconcile(null, STANDING.nothing, NOW)).toBe("nothing");
  expect(reconcile(each.active, STANDING.whole, NOW)).toBe("nothing");
  expect(reconcile(each.ending, STANDING["binding only"], NOW)).toBe("nothing");
});
