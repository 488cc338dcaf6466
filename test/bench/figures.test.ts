/** What `npm run bench -- --check` fails on. */
import { expect, test } from "vitest";
import { countedRow } from "../../bench/benchmarks/evidence.ts";
import { readFigures, regressions } from "../../bench/figures.ts";

const kept = { click: 2, "grants a second": 0.25, "hub calls": 12 };

test.each([
  ["as it was", { name: "click", ours: "20 ms", ratio: "2.00" }, []],
  ["a fifth slower", { name: "click", ours: "24 ms", ratio: "2.40" }, []],
  ["more than that", { name: "click", ours: "25 ms", ratio: "2.41" }, ["click: 2.41"]],
  ["faster", { name: "click", ours: "10 ms", ratio: "1.00" }, []],
  ["a time alone, which is the machine's", { name: "start", ours: "9 s" }, []],
  [
    "fewer, where more is better",
    { name: "grants a second", ours: "40/s", ratio: "0.20", moreIsBetter: true },
    ["grants a second: 0.2"],
  ],
  [
    "more, where more is better",
    { name: "grants a second", ours: "99/s", ratio: "0.60", moreIsBetter: true },
    [],
  ],
  [
    "one more, where each counts",
    { name: "hub calls", ours: "13", count: 13, exact: true },
    ["hub calls: 13"],
  ],
  ["a number", { name: "hub calls", ours: "15", count: 15 }, ["hub calls: 15"]],
  [
    "what nothing is known of",
    { name: "new", ours: "1 s", ratio: "1.00" },
    ["new: 1, and bench/figures.json has none"],
  ],
] as const)("%s", (_, row, said) => {
  const found = regressions([row], kept);
  expect(found).toHaveLength(said.length);
  for (const [i, words] of said.entries()) expect(found[i]).toContain(words);
});

test.each([
  [273_600, 0],
  [136_800, 1],
  [273_601, 1],
])("of 273,600 uses %i are counted", (counted, worse) => {
  expect(regressions([countedRow(counted, 273_600, 320_000)], readFigures())).toHaveLength(worse);
});
