/** The figures of the repository: what a run is held against, so that nothing grows slower unseen. */
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { BenchmarkRow } from "./table.ts";

/** Ratios and counts by the names of their rows; times are the machine's. */
const Figures = z.record(z.string(), z.number());
export type Figures = z.infer<typeof Figures>;

const FILE = new URL("figures.json", import.meta.url);
/** A busy machine moves a ratio by less. */
const WORSE = 1.2;

/** Throws where the file is none. */
export const readFigures = (): Figures => Figures.parse(JSON.parse(readFileSync(FILE, "utf8")));

/** Those of rows that were not measured this time stay as they are. */
export function keepFigures(rows: readonly BenchmarkRow[]): void {
  const all = { ...readFigures(), ...Object.fromEntries(rows.flatMap(named)) };
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** A sentence for each that is worse by more than a fifth, or at all where it is exact, and for each that nothing is known of. */
export function regressions(rows: readonly BenchmarkRow[], kept: Figures): string[] {
  return rows.flatMap((row) => {
    const [[name, figure] = []] = named(row);
    if (name === undefined || figure === undefined) return [];
    const before = kept[name];
    if (before === undefined) return [`${name}: ${figure}, and bench/figures.json has none: --keep adds it`];
    const worse = row.moreIsBetter ? before / figure : figure / before;
    return worse > (row.exact ? 1 : WORSE)
      ? [`${name}: ${figure}, where bench/figures.json has ${before}`]
      : [];
  });
}

const named = ({ name, ratio, count }: BenchmarkRow): [string, number][] => {
  const figure = count ?? (ratio === undefined ? undefined : Number(ratio));
  return figure === undefined ? [] : [[name, figure]];
};
