/** The one table: a benchmark a row, set in columns. */
export interface BenchmarkRow {
  name: string;
  bare?: string;
  ours: string;
  ratio?: string;
  /** Where not a ratio but a number is held against the last run's. */
  count?: number;
  /** Each more is worse, not only a fifth more. */
  exact?: true;
  /** Left out where less is better. */
  moreIsBetter?: true;
  /** Left out where nothing is aimed at. */
  aim?: string;
  met?: boolean;
}

const HEAD = ["benchmark", "bare", "ours", "ratio", "aim", "met?"];

export function benchmarkTable(rows: readonly BenchmarkRow[]): string {
  const cells = rows.map(({ name, bare = "", ours, ratio = "", aim = "", met }) => [
    name,
    bare,
    ours,
    ratio,
    aim,
    met === undefined ? "" : met ? "yes" : "NO",
  ]);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [line(HEAD), rule, ...cells.map(line)].join("\n");
}
