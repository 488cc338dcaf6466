/** When one is reminded. */
import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { leads, reminderDue } from "../../src/domain/schedule.ts";
import { active, decided, delivering } from "../../src/domain/transitions.ts";
import { pending, T0 } from "./records.ts";

const CONFIGURED = [DAY, HOUR, 10 * MINUTE];
const alice = { id: "U0ALICE", name: "Alice", locale: "en" } as never;

function grant(duration: number) {
  const approved = decided({ ...pending(), duration }, { approve: true }, alice, "S0SRE", T0);
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

test.each([
  [5 * MINUTE, []],
  [20 * MINUTE, [10 * MINUTE]],
  [119 * MINUTE, [10 * MINUTE]],
  [2 * HOUR, [HOUR, 10 * MINUTE]],
  [2 * DAY, [DAY, HOUR, 10 * MINUTE]],
])("a grant of %i ms is reminded %j before its end", (duration, wanted) =>
  expect(leads(grant(duration), CONFIGURED)).toEqual(wanted),
);

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
