/** What is approved in place of more. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { isLess, shorterThan, timesUpTo } from "../../src/domain/less.ts";
import { pending } from "./records.ts";

const role = (standard: number, max = 7 * DAY) => ({ duration: { default: standard, max } });

describe("one press offers", () => {
  test.each([
    ["the role's usual time", 4 * HOUR, HOUR, HOUR],
    ["half of the usual time", HOUR, HOUR, 30 * MINUTE],
    ["a round time, not a precise half", 45 * MINUTE, HOUR, 15 * MINUTE],
    ["half where the usual time is longer", 8 * HOUR, DAY, 4 * HOUR],
    ["nothing shorter than a quarter of an hour", 20 * MINUTE, HOUR, null],
  ])("%s", (_, asked, standard, expected) => expect(shorterThan(asked, role(standard))).toBe(expected));

  test("always less, and one of those to choose from", () => {
    const ms = fc.integer({ min: 1, max: 10_000 }).map((n) => n * MINUTE);
    fc.assert(
      fc.property(ms, ms, (asked, standard) => {
        const shorter = shorterThan(asked, role(standard, 10_000 * MINUTE));
        const times = timesUpTo(asked, role(standard, 10_000 * MINUTE));
        expect(times.at(-1)).toBe(asked);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        if (shorter === null) return;
        expect(shorter).toBeLessThan(asked);
        expect(times).toContain(shorter);
      }),
    );
  });
});

test("less is shorter, or another role for no longer", () => {
  const r = pending();
  expect(isLess(r, { duration: r.duration })).toBe(false);
  expect(isLess(r, { duration: r.duration - 1 })).toBe(true);
  expect(isLess(r, { duration: r.duration + 1 })).toBe(false);
  expect(isLess(r, { role: r.role, duration: r.duration })).toBe(false);
  expect(isLess(r, { role: "guest", duration: r.duration })).toBe(true);
  expect(isLess(r, { role: "guest", duration: r.duration + 1 })).toBe(false);
});
