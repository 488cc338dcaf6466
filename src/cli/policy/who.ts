/** `policy explain --who`: who may ask for what today, and what would happen, a line each. */
import type { Config } from "../../config.ts";
import { allGroups } from "../../policy/approvers.ts";
import type { Role } from "../../policy/roles.ts";
import { formatDuration, HOUR } from "../../request/durations.ts";
import { type GroupId, isGroup, type Principal, UserId } from "../../request/ids.ts";
import { namedUsers } from "../../request/people.ts";
import type { Directory } from "../../slack/directory.ts";
import { alignColumns, shortLine } from "../print.ts";
import { judgeCase, type PersonFacts, PolicyCase } from "./judge-case.ts";
import { describeApproval, describeEmergency, describeRule, isInForce } from "./meaning.ts";

const ANYBODY = UserId.parse("U0ANYBODY");

interface Asker {
  label: string;
  who: UserId;
  in: GroupId[];
  facts: PersonFacts | null;
}

/** `directory`: where null, groups are not resolved to people. Throws SlackAway, SlackRefusal. */
export async function listWho(config: Config, now: number, directory: Directory | null): Promise<string[]> {
  const rows = [["ROLE", "WHO", "WHAT HAPPENS"]];
  for (const [name, role] of Object.entries(config.roles)) {
    const named = principalsFor(config, name, role);
    const askers = directory ? await askersBySlack(config, named, directory) : named.map(askerById);
    if (!role.requester) askers.push(anybody("every other member"));
    for (const asker of askers)
      rows.push([name, shortLine(asker.label), describeOutcome(config, name, asker, now)]);
    // Only Slack knows who is in this group and in the one that may ask.
    if (!directory && role.breakGlass && role.requester)
      rows.push([name, role.breakGlass.by.join(", "), `those who may ask: ${describeEmergency(role)}`]);
  }
  const rules = config.rules.filter((rule) => isInForce(rule, now));
  return [...alignColumns(rows), ...rules.map((rule) => `rule ${rule.name} ${describeRule(rule)}`)];
}

/** The askers whom the file names; for a role that is for every member those who are treated otherwise. */
function principalsFor({ rules }: Config, name: string, { requester, breakGlass }: Role): Principal[] {
  const about = rules.filter(({ when }) => when.role?.includes(name) ?? true);
  const special = [...about.flatMap(({ when }) => when.requester?.in ?? []), ...(breakGlass?.by ?? [])];
  return [...new Set(requester?.in ?? special)];
}

/** A member whom the file does not name. */
const anybody = (label: string): Asker => ({ label, who: ANYBODY, in: [], facts: null });

/** For a group a member of it who is in no other. */
const askerById = (one: Principal): Asker =>
  isGroup(one) ? { ...anybody(one), in: [one] } : { ...anybody(one), who: one };

/** One person after the other, since Slack limits how many a minute. */
async function askersBySlack(config: Config, named: Principal[], directory: Directory): Promise<Asker[]> {
  const groups = await directory.groups(allGroups(config), HOUR);
  const askers: Asker[] = [];
  for (const who of namedUsers(named, groups)) {
    const person = await directory.person(who, HOUR);
    askers.push({ label: `${who} ${person.name}`, who, in: [], facts: { person, groups } });
  }
  return askers;
}

function describeOutcome(
  config: Config,
  role: string,
  { who, in: groups, facts }: Asker,
  now: number,
): string {
  const judge = (over: object) =>
    judgeCase(config, PolicyCase.parse({ who, in: groups, role, ...over }), now, facts);
  const { outcome, line, why } = judge({});
  if (outcome === "deny") return `refused, because of ${line}: ${why}`;
  const parts = [
    outcome === "ask" ? `asks ${describeApproval(config, role)}` : `at once, because of ${line}`,
  ];
  const short = judge({ for: "1m" });
  const max = config.rules.find(({ name }) => name === short.line)?.when.max;
  if (outcome === "ask" && short.outcome === "approve" && max !== undefined)
    parts.push(`up to ${formatDuration(max)} at once, because of ${short.line}`);
  const longest = config.roles[role]?.breakGlass?.max;
  if (longest !== undefined && judge({ emergency: true }).outcome === "approve")
    parts.push(`in an emergency at once for ${formatDuration(longest)}`);
  return parts.join("; ");
}
