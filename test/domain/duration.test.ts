/** Durations as people write them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, formatDuration, HOUR, MINUTE, parseDuration, WEEK } from "../../src/domain/duration.ts";

test.each([
  ["90m", 90 * MINUTE],
  ["90min", 90 * MINUTE],
  ["8h", 8 * HOUR],
  ["8H", 8 * HOUR],
  ["2d", 2 * DAY],
  ["1w", WEEK],
  ["1h30m", 90 * MINUTE],
  ["1000h", 1000 * HOUR],
  ["8760h", 8760 * HOUR],
  ["1w2d3h4m", WEEK + 2 * DAY + 3 * HOUR + 4 * MINUTE],
])("%s is %i ms", (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each(["", "8", "h", "8x", "30s", "1m1h", "-1h", "1.5h", "8h ", "9999999h"])("%j is none", (text) =>
  expect(parseDuration(text)).toBeNull(),
);

test.each([
  [90 * MINUTE, "1h30m"],
  [WEEK, "7d"],
  [0, "0m"],
  [1, "1m"],
  [HOUR, "1h"],
])("%i ms is written %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

test("what is written is read back", () => {
  const minutes = fc.integer({ min: 0, max: 8760 * 60 }).map((n) => n * MINUTE);
  fc.assert(fc.property(minutes, (ms) => parseDuration(formatDuration(ms)) === ms));
});
