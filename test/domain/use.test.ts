import { describe, expect, test } from "vitest";
import { MINUTE } from "../../src/domain/duration.ts";
import { usageAwaited, usageReported } from "../../src/domain/transitions.ts";
import { type Coverage, gapsIn, isSilent, NO_USE, SILENT_AFTER_MS } from "../../src/domain/use.ts";
import { each } from "./records.ts";

const NOW = 100 * MINUTE;
const at = (minute: number) => minute * MINUTE;
const coverage = (heard: number | null, ...gaps: [number, number][]): Coverage => ({
  heard: heard === null ? null : at(heard),
  sent: NOW,
  gaps: gaps.map(([from, to]) => ({ from: at(from), to: at(to) })),
});

describe("what is not known of a grant's time", () => {
  test.each<[string, Coverage, [number, number | null], [number, number | null][]]>([
    ["nothing is missing", coverage(99, [0, 10]), [20, null], []],
    ["it began before anything was heard", coverage(99, [0, 30]), [20, null], [[20, 30]]],
    ["nothing was ever heard", coverage(null), [20, null], [[20, null]]],
    ["the hub fell silent", coverage(60), [20, null], [[60, null]]],
    ["it fell silent after the end", coverage(60), [20, 50], []],
    ["it fell silent before the end", coverage(60), [20, 70], [[60, null]]],
    ["it was silent for a while", coverage(99, [40, 55]), [20, null], [[40, 55]]],
    ["it was silent to beyond the end", coverage(99, [40, 55]), [20, 50], [[40, null]]],
    ["it was silent all the time", coverage(99, [10, 80]), [20, 50], [[20, null]]],
    [
      "gaps that overlap",
      coverage(99, [40, 43], [30, 35], [42, 46], [45, 47], [41, 42]),
      [20, null],
      [
        [30, 35],
        [40, 47],
      ],
    ],
    ["one that is not over while it falls silent", coverage(60, [58, 62]), [20, null], [[58, null]]],
  ])("%s", (_, known, [from, to], gaps) => {
    const time = { from: at(from), to: to === null ? null : at(to) };
    const found = gapsIn(known, time, NOW);
    expect(found).toEqual(gaps.map(([a, b]) => ({ from: at(a), to: b === null ? null : at(b) })));
  });
});

test("addresses and clients that are listed leave Redis neither for the record nor for the trail", () => {
  const use = { ...NO_USE, addresses: 1, agents: 1, from: ["10.1.2.3"], by: ["curl/8"] };
  const told = usageReported(usageAwaited(each.ended) ?? each.ended, use);
  expect(told).toMatchObject({ use: { addresses: 1, agents: 1 } });
  expect(JSON.stringify(told)).not.toMatch(/10\.1\.2\.3|curl/);
});

test("a heartbeat may be ten minutes late, and no more", () => {
  expect(isSilent({ heard: NOW - SILENT_AFTER_MS }, NOW)).toBe(false);
  expect(isSilent({ heard: NOW - SILENT_AFTER_MS - 1 }, NOW)).toBe(true);
  expect(isSilent({ heard: null }, NOW)).toBe(true);
});
