/** Times, medians, and the one table that is printed at the end. */
export interface Row {
  what: string;
  /** The same without the bot, where there is such a thing. */
  bare?: string;
  ours: string;
  /** Left out where nothing is aimed at. */
  aim?: string;
  isMet?: boolean;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs `work` for each item, at most `atOnce` side by side; the answers are in the items' order. */
export async function sideBySide<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = [];
  const queue = items.entries();
  const lane = async () => {
    for (const [index, item] of queue) answers[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return answers;
}

export const milliseconds = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`;

/** Ours against bare; `aim` is the most that the ratio may be. */
export const ratioRow = (what: string, bare: number, ours: number, aim: number): Row => ({
  what,
  bare: milliseconds(bare),
  ours: `${milliseconds(ours)} = ${(ours / bare).toFixed(2)} ×`,
  aim: `≤ ${aim} ×`,
  isMet: ours / bare <= aim,
});

export const countRow = (what: string, count: number, aim: number): Row => ({
  what,
  ours: String(count),
  aim: `≤ ${aim}`,
  isMet: count <= aim,
});

const MET = new Map<boolean | undefined, string>([
  [true, "yes"],
  [false, "NO"],
]);
const HEAD = ["benchmark", "bare", "ours", "aim", "met?"];

export function drawTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, bare = "", ours, aim = "", isMet }) => [
    what,
    bare,
    ours,
    aim,
    MET.get(isMet) ?? "",
  ]);
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(HEAD), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)].join("\n");
}
