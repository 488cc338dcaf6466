/** Words for a terminal: what others wrote can neither steer it nor break a line. Pure. */

const CELL = 60;

export const printed = (text: string): string => {
  const line = text.replaceAll(/[\p{C}\s]+/gu, " ").trim();
  return line.length > CELL ? `${line.slice(0, CELL - 1)}…` : line;
};

/** Columns as wide as their widest cell; the last as it is. */
export function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** ISO 8601, whole seconds. */
export const instant = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
