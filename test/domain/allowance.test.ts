/** What an allowance is worth: within it, in time, by enough people who are approvers still; and what is too late. */
import { expect, test } from "vitest";
import {
  type Allowance,
  allowanceEntry,
  allowedBy,
  counted,
  covers,
  disallowed,
  joined,
  statusOf,
} from "../../src/domain/allowance.ts";
import { DAY, HOUR } from "../../src/domain/duration.ts";
import type { Refusal } from "../../src/domain/refusal.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { allower, anna, NOW, one, person } from "./allowances.ts";

const bob = person("U0BOB");
const carol = person("U0CAROL");
const request = { requester: bob, role: "admin", clusterRole: "karpor-admin", duration: 4 * HOUR };
const moment = { now: NOW + HOUR, before: 0 };

test.each<
  [
    string,
    Partial<Allowance>,
    Partial<typeof request & { startsAt: number }>,
    Partial<typeof moment>,
    boolean,
  ]
>([
  ["within it", {}, {}, {}, true],
  ["for less", {}, { duration: HOUR }, {}, true],
  ["for more", {}, { duration: 4 * HOUR + 1 }, {}, false],
  ["another role", {}, { role: "guest" }, {}, false],
  ["the role gives other rights", {}, { clusterRole: "karpor-guest" }, {}, false],
  ["another person", {}, { requester: carol }, {}, false],
  ["its last moment", {}, {}, { now: NOW + 3 * DAY - 1 }, true],
  ["over", {}, {}, { now: NOW + 3 * DAY }, false],
  ["begins within it", {}, { startsAt: NOW + 3 * DAY - 1 }, {}, true],
  ["begins when it is over", {}, { startsAt: NOW + 3 * DAY }, {}, false],
  ["withdrawn", { withdrawn: { by: anna, at: NOW } }, {}, {}, false],
  ["others must allow it too", { count: 2 }, {}, {}, false],
  ["made before Redis was restored", {}, {}, { before: NOW }, false],
  ["made after Redis was restored", {}, {}, { before: NOW - 1 }, true],
])("%s", (_, a, r, at, expected) =>
  expect(covers({ ...one, ...a }, { ...request, ...r }, { ...moment, ...at })).toBe(expected),
);

test.each([
  ["an approver", [allower(anna)], [anna.id], 1],
  ["no approver any more", [allower(anna)], [carol.id], 0],
  ["one of two", [allower(anna), allower(carol)], [carol.id], 1],
  ["the person itself", [allower(bob)], [bob.id], 0],
  ["the same twice", [allower(anna), allower(anna)], [anna.id], 1],
])("of those who allowed it counts %s", (_, allowedBy, approvers, count) =>
  expect(counted({ ...one, allowedBy }, approvers)).toHaveLength(count),
);

test("whoever allowed it decides, and all are named", () => {
  expect(allowedBy(one, [allower(anna), allower(carol)], { terms: 2 }, NOW + HOUR)).toEqual({
    decision: {
      by: anna,
      qualified: `allowed ${one.id}: U0ANNA via S0SRE, U0CAROL via S0SRE`,
      at: NOW + HOUR,
      allowance: one.id,
    },
    approvals: [anna, carol].map((by) => ({ ...allower(by), terms: 2 })),
  });
});

const refusalOf = (work: () => unknown): Refusal | null => {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
};
const waiting: Allowance = { ...one, count: 2 };
const withdrawn: Allowance = { ...one, withdrawn: { by: carol, at: NOW } };

test("one more who allows it, until there are enough", () => {
  const two = joined(waiting, allower(carol), NOW);
  expect(two && statusOf(two, NOW)).toBe("standing");
  expect(joined(waiting, allower(anna), NOW)).toBeNull();
  expect(refusalOf(() => joined(one, allower(carol), NOW))).toMatchObject({ did: "allowed", by: anna });
  expect(refusalOf(() => joined(withdrawn, allower(anna), NOW))).toMatchObject({
    did: "withdrawn",
    by: carol,
  });
  expect(refusalOf(() => joined(waiting, allower(carol), one.until))).toMatchObject({ did: "over" });
});

test("withdrawn once", () => {
  expect(statusOf(disallowed(waiting, { by: carol }, NOW), NOW)).toBe("withdrawn");
  expect(refusalOf(() => disallowed(withdrawn, { by: anna }, NOW))).toMatchObject({
    did: "withdrawn",
    by: carol,
  });
  expect(refusalOf(() => disallowed(one, { by: anna }, one.until))).toMatchObject({
    did: "over",
    at: one.until,
  });
});

test("the trail tells who did what, and nothing of what was drawn", () => {
  expect(allowanceEntry(null, waiting, NOW)).toMatchObject({ from: null, to: "waiting", who: anna.id });
  const two = joined(waiting, allower(carol), NOW) ?? waiting;
  expect(allowanceEntry(waiting, two, NOW)).toMatchObject({
    ...{ from: "waiting", to: "standing", who: carol.id, qualified: "S0SRE" },
    ...{ requester: bob.id, why: "release", expiresAt: one.until },
  });
  expect(allowanceEntry(one, disallowed(one, { by: bob }, NOW), NOW)).toMatchObject({
    ...{ from: "standing", to: "withdrawn", who: bob.id, qualified: null },
  });
  const byApprover = disallowed(one, { by: carol, qualified: "S0SRE" }, NOW);
  expect(allowanceEntry(one, byApprover, NOW)).toMatchObject({ who: carol.id, qualified: "S0SRE" });
  const drawn = { ...one, line: { channel: "C0", ts: "1.1", shows: "standing" } };
  expect(allowanceEntry(one, drawn, NOW)).toBeNull();
});
