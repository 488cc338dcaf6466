/** Words for a terminal: what others wrote can neither steer it nor break a line. */

const LONGEST_CELL = 60;

export function printable(text: string): string {
  const line = text.replace(/[\p{C}\s]+/gu, " ").trim();
  return line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL - 1)}…` : line;
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** ISO 8601, whole seconds; null where there is no time. */
export const isoTime = (at: number | null): string | null =>
  at === null ? null : new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
