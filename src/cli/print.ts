/** Lines for a terminal: names and words that others chose neither steer it nor break a line. */
import { styleText } from "node:util";
import type { Finding } from "./doctor/finding.ts";

const COLOURS: Record<Finding["level"], Parameters<typeof styleText>[0]> = {
  ok: "green",
  warn: "yellow",
  fail: ["bold", "red"],
};
const LONGEST_CELL = 60;

/** A line for each finding, and one for what to do; colour only repeats what the words say. */
export function printFindings(findings: readonly Finding[], colour: boolean): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const paint = (level: Finding["level"]) =>
    colour ? styleText(COLOURS[level], level.padEnd(4), { validateStream: false }) : level.padEnd(4);
  const lines = findings.flatMap(({ check, level, message, fix }) => {
    const found = `  ${paint(level)}  ${check.padEnd(width)}  ${escapeControls(message)}`;
    return fix ? [found, `${" ".repeat(width + 10)}→ ${escapeControls(fix)}`] : [found];
  });
  const count = (level: Finding["level"]) => findings.filter((one) => one.level === level).length;
  const fails = count("fail");
  const next = fails > 0 ? "Correct what failed, then run it again." : "Ready.";
  const summary = `${count("ok")} ok, ${count("warn")} to look at, ${fails} failed. ${next}`;
  return [...lines, "", summary].join("\n");
}

const escapeControls = (text: string): string => text.replace(/\p{C}/gu, "?");

/** One line of at most 60 characters. */
export function shortLine(text: string): string {
  const line = text.replace(/[\p{C}\s]+/gu, " ").trim();
  return line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL - 1)}…` : line;
}

/** Columns as wide as their widest cell. */
export function alignColumns(rows: readonly string[][]): string[] {
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

/** Minutes, in UTC. */
export const utcTime = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");
