/** Findings as a terminal shows them: grouped, aligned, the level in words; colour only repeats it. Pure. */
import type { Finding } from "../checks/finding.ts";

const COLOURS = { ok: "32", warn: "33", fail: "1;31" } as const;
const GROUPS: Record<string, string> = {
  configuration: "Configuration",
  slack: "Slack",
  approvers: "Approvers",
  requesters: "Requesters",
  redis: "Redis",
  hub: "Hub",
  role: "Roles",
  rule: "Rules",
  canary: "Canary",
  bot: "Running bot",
};

export function printFindings(findings: readonly Finding[], colour: boolean): string[] {
  const paint = (code: string, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const width = Math.max(0, ...findings.map(({ check }) => label(check).length));
  const lines = [...Map.groupBy(findings, ({ check }) => group(check))].flatMap(([title, those]) => [
    "",
    paint("1", title),
    ...those.flatMap(({ check, level, message, fix }) => [
      `  ${paint(COLOURS[level], level.padEnd(4))}  ${label(check).padEnd(width)}  ${message}`,
      ...(fix && level !== "ok" ? [`${" ".repeat(width + 10)}${paint("36", "→")} ${fix}`] : []),
    ]),
  ]);
  return [...lines, "", summary(findings)];
}

const group = (check: string): string => GROUPS[check.split(" ")[0] ?? ""] ?? check;
const label = (check: string): string =>
  check.includes(" ") ? check.slice(check.indexOf(" ") + 1) : "answers";

function summary(findings: readonly Finding[]): string {
  const count = (level: Finding["level"]) => findings.filter((one) => one.level === level).length;
  const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
  const counts = `${count("ok")} ok, ${plural(count("warn"), "warning")}, ${plural(count("fail"), "failure")}.`;
  return count("fail") === 0 ? `${counts} Ready.` : `${counts} Mend what failed, then run it again.`;
}
