/** `policy diff OLD NEW`: what changes for whom, and what waits or is live that NEW would not give. */
import { parseArgs } from "node:util";
import type { ConfigFile } from "../../config.ts";
import { formatDuration } from "../../domain/duration.ts";
import { diffPolicies, type PolicyChange } from "../../domain/policy-diff.ts";
import { fileOf, type PolicyRun } from "./means.ts";
import { notGivenBy } from "./waiting.ts";

export function diff(args: string[]): PolicyRun {
  const [old, now, ...more] = parseArgs({ args, allowPositionals: true, strict: true }).positionals;
  if (!old || !now || more.length > 0) throw new Error("Name two files: the old one, and the new one.");
  return async (means) => {
    const [before, after] = [fileOf(means, old), fileOf(means, now)];
    const changes = diffPolicies(partOf(before), partOf(after));
    for (const change of changes) means.say(lineOf(change, after));
    if (changes.length === 0) means.say("Nothing changes.");
    for (const line of await notGivenBy(after, means)) means.say(line);
    return true;
  };
}

const partOf = ({ roles, rules, limits, admins, reminders }: ConfigFile) => ({
  ...{ roles, limits, admins, reminders },
  // Each by its name, so that one that changed is not all of them.
  rules: Object.fromEntries(rules.map((rule) => [rule.name, rule])),
  order: rules.map(({ name }) => name),
});

function lineOf(change: PolicyChange, { roles }: ConfigFile): string {
  if (change.kind === "role-added") return `${change.role}: new, for ${whom(roles[change.role])}`;
  if (change.kind === "role-removed") return `${change.role}: gone; nobody can ask for it`;
  const { role, field } = change;
  const at = role === undefined ? field : `${role} (for ${whom(roles[role])}): ${field}`;
  if (change.kind === "changed") return `${at}: ${shown(field, change.from)} → ${shown(field, change.to)}`;
  const [more, less] = [change.added, change.removed].map((items) => items.map((one) => shown(field, one)));
  return `${at}: ${[...(more ?? []).map((one) => `+ ${one}`), ...(less ?? []).map((one) => `- ${one}`)].join(", ")}`;
}

const whom = (role: ConfigFile["roles"][string] | undefined): string =>
  role?.requester ? role.requester.in.join(", ") : "everybody";

const TIMES = /(^reminders|\.?(default|max|within|remind|after))$/;

const shown = (field: string, value: unknown): string => {
  if (value === null) return "none";
  if (typeof value === "number") return TIMES.test(field) ? formatDuration(value) : String(value);
  return typeof value === "string" ? value : JSON.stringify(value);
};
