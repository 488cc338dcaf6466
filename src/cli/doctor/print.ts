/** Findings as a terminal shows them; colour only repeats what the words say. */
import type { Finding } from "./finding.ts";

const COLOURS = { ok: "32", warn: "33", fail: "1;31" };

export function printFindings(findings: readonly Finding[], colour: boolean): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const paint = (level: Finding["level"]) =>
    colour ? `\u001b[${COLOURS[level]}m${level.padEnd(4)}\u001b[0m` : level.padEnd(4);
  const lines = findings.flatMap(({ check, level, message, fix }) => [
    `  ${paint(level)}  ${check.padEnd(width)}  ${printable(message)}`,
    ...(fix ? [`${" ".repeat(width + 10)}→ ${printable(fix)}`] : []),
  ]);
  const count = (level: Finding["level"]) => findings.filter((one) => one.level === level).length;
  const fails = count("fail");
  const next = fails > 0 ? "Correct what failed, then run it again." : "Ready.";
  return [...lines, "", `${count("ok")} ok, ${count("warn")} to look at, ${fails} failed. ${next}`];
}

/** Others chose some of the names: no terminal obeys what is in them. */
const printable = (text: string): string => text.replace(/\p{C}/gu, "?");
