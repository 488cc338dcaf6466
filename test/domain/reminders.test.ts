/** When one is reminded. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { reminderDue, remindersDue } from "../../src/domain/reminders.ts";
import { active, decided, delivering } from "../../src/domain/transitions.ts";
import { approver, pending, T0 } from "./records.ts";

const CONFIGURED = [DAY, HOUR, 10 * MINUTE];

function grant(duration: number) {
  const approved = decided({ ...pending(), duration }, { approve: true }, approver, "S0SRE", T0);
  const next = active(
    delivering(approved, {
      accountUid: "a",
      bindingUid: "b",
      tokenExpiresAt: T0 + duration,
      shortened: false,
    }) ?? approved,
  );
  if (!next) throw new Error("not active");
  return next;
}

const leadsOf = (duration: number, configured: number[], reminded: number[] = []) =>
  remindersDue({ ...grant(duration), reminded }, configured).map((at) => T0 + duration - at);

test.each([
  [5 * MINUTE, []],
  [20 * MINUTE, [10 * MINUTE]],
  [119 * MINUTE, [10 * MINUTE]],
  [2 * HOUR, [HOUR, 10 * MINUTE]],
  [2 * DAY, [DAY, HOUR, 10 * MINUTE]],
])("a grant of %i ms is reminded %j before its end", (duration, wanted) =>
  expect(leadsOf(duration, CONFIGURED)).toEqual(wanted),
);

test.each([
  ["none was sent", [], [DAY, HOUR, 10 * MINUTE]],
  ["the first was", [DAY], [HOUR, 10 * MINUTE]],
  ["a later one overtook it", [HOUR], [10 * MINUTE]],
  ["all were", [DAY, HOUR, 10 * MINUTE], []],
])("what is still due when %s", (_what, reminded, wanted) =>
  expect(leadsOf(2 * DAY, CONFIGURED, reminded)).toEqual(wanted),
);

test("the order in which they are configured does not matter", () =>
  expect(leadsOf(2 * DAY, CONFIGURED.toReversed())).toEqual(CONFIGURED));

test.each([
  ["before any", 0, [], null],
  ["a day before the end", DAY, [], DAY],
  ["again", DAY, [DAY], null],
  ["an hour before, a day's having been sent", 2 * DAY - HOUR, [DAY], HOUR],
  ["an hour before, with none sent: the older one is overtaken", 2 * DAY - HOUR, [], HOUR],
  ["after the end", 2 * DAY, [DAY], null],
])("%s", (_when, passed, reminded, due) =>
  expect(reminderDue({ ...grant(2 * DAY), reminded }, CONFIGURED, T0 + passed)).toBe(due),
);

/** Two hours with an hour left, made so much longer. */
test.each([
  [HOUR, [HOUR, 10 * MINUTE]],
  [10 * MINUTE, [10 * MINUTE]],
])("with %i ms more only what makes sense from then on is sent", (ms, wanted) => {
  const at = T0 + HOUR;
  const extensions = [{ id: pending().id, ms, by: "policy" as const, qualified: "policy", at }];
  const record = { ...grant(2 * HOUR), expiresAt: T0 + 2 * HOUR + ms, extensions };
  expect(remindersDue(record, CONFIGURED).map((due) => record.expiresAt - due)).toEqual(wanted);
});

test("one timer after the other sends each that makes sense once, and comes to an end", () => {
  const configured = fc.array(fc.integer({ min: 1, max: 3 * DAY }), { maxLength: 8 });
  fc.assert(
    fc.property(configured, fc.integer({ min: MINUTE, max: 4 * DAY }), (leads, duration) => {
      let record = grant(duration);
      for (let due = remindersDue(record, leads); due.length > 0; due = remindersDue(record, leads)) {
        const at = Math.min(...due);
        const lead = reminderDue(record, leads, at);
        expect(lead).toBe(record.expiresAt - at);
        record = { ...record, reminded: [...record.reminded, lead ?? 0] };
      }
      const sensible = [...new Set(leads)].filter((lead) => lead <= duration / 2).sort((a, b) => b - a);
      expect(record.reminded).toEqual(sensible);
    }),
  );
});
