/** How often each fault hit each kind of call. */
import { CELLS, type Cell, type How, type System } from "./calls.ts";

export interface Tally {
  hit(system: System, call: string, how: How): void;
  count(cell: Cell): number;
  counts(): Record<string, number>;
  /** Those of another. */
  add(counts: Record<string, number>): void;
  /** Faults that no call of their kind has met yet. */
  missing(): Cell[];
  table(): string;
}

const keyOf = (system: System, call: string, how: How): string => `${system}/${call}/${how}`;

export function createTally(): Tally {
  const counts = new Map<string, number>();
  const more = (key: string, times: number) => void counts.set(key, (counts.get(key) ?? 0) + times);
  const count = ({ system, call, how }: Cell) => counts.get(keyOf(system, call, how)) ?? 0;
  return {
    hit: (system, call, how) => more(keyOf(system, call, how), 1),
    count,
    counts: () => Object.fromEntries(counts),
    add: (others) => {
      for (const [key, times] of Object.entries(others)) more(key, times);
    },
    missing: () => CELLS.filter((cell) => count(cell) === 0),
    table: () => (["Slack", "hub", "Redis"] as const).map((system) => tableOf(system, count)).join("\n\n"),
  };
}

function tableOf(system: System, count: (cell: Cell) => number): string {
  const cells = CELLS.filter((cell) => cell.system === system);
  const calls = [...new Set(cells.map(({ call }) => call))];
  const hows = [...new Set(cells.map(({ how }) => how))];
  const rows = calls.map((call) => [call, ...hows.map((how) => String(count({ system, call, how })))]);
  return aligned([[system, ...hows], ...rows]);
}

function aligned(rows: string[][]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  const line = (row: string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return rows.map(line).join("\n");
}
