/** `policy explain --who`: who may ask for what today, and what would happen, a line each. */
import type { Config } from "../../config.ts";
import { allGroups } from "../../policy/approvers.ts";
import type { Role } from "../../policy/roles.ts";
import { formatDuration } from "../../request/durations.ts";
import { type GroupId, isGroup, type Principal, UserId } from "../../request/ids.ts";
import type { Slack } from "../../slack/slack.ts";
import { printable, table } from "../grants/print.ts";
import { describeApproval, describeEmergency, describeRule } from "./meaning.ts";
import { judgeCase, type LookUps, PolicyCase } from "./verdict.ts";

/** Stands for a member whom the file does not name. */
const ANYBODY = UserId.parse("U0ANYBODY");

interface Asker {
  label: string;
  who: UserId;
  in: GroupId[];
  looks?: LookUps;
}

/** `slack`: where null, groups are not resolved to people. Throws SlackAway, SlackRefusal. */
export async function listWho(config: Config, now: number, slack: Slack | null): Promise<string[]> {
  const rows = [["ROLE", "WHO", "WHAT HAPPENS"]];
  const resolve = slack ? await peopleBySlack(config, slack) : async (named: Principal[]) => named.map(byId);
  for (const [name, role] of Object.entries(config.roles)) {
    const others = role.requester ? [] : [{ label: "every other member", who: ANYBODY, in: [] }];
    for (const asker of [...(await resolve(namedFor(config, name, role))), ...others])
      rows.push([name, printable(asker.label), outcomeFor(config, name, asker, now)]);
    // Who is in this group and in the one that may ask, only Slack knows.
    if (!slack && role.breakGlass && role.requester)
      rows.push([name, role.breakGlass.by.join(", "), `those who may ask: ${describeEmergency(role)}`]);
  }
  const rules = config.rules.filter(({ until }) => until === undefined || until > now);
  return [...table(rows), ...rules.map((rule) => `rule ${rule.name} ${describeRule(rule)}`)];
}

/** Whom the file names as askers; of a role for every member those who are treated otherwise. */
function namedFor({ rules }: Config, name: string, { requester, breakGlass }: Role): Principal[] {
  const about = rules.filter(({ when }) => when.role?.includes(name) ?? true);
  const special = [...about.flatMap(({ when }) => when.requester?.in ?? []), ...(breakGlass?.by ?? [])];
  return [...new Set(requester?.in ?? special)];
}

/** A group stands for a member of it who is in no other. */
const byId = (one: Principal): Asker =>
  isGroup(one) ? { label: one, who: ANYBODY, in: [one] } : { label: one, who: one, in: [] };

/** Everybody in these groups, as Slack says now; one after the other, since Slack limits how many a minute. */
async function peopleBySlack(config: Config, slack: Slack) {
  const groups = await slack.groups(allGroups(config));
  const known = new Map<UserId, Asker>();
  return async (named: Principal[]): Promise<Asker[]> => {
    const users = named.flatMap((one) => (isGroup(one) ? [...(groups.members.get(one) ?? [])] : [one]));
    for (const who of users.filter((one) => !known.has(one))) {
      const person = await slack.person(who);
      known.set(who, { label: `${who} ${person.name}`, who, in: [], looks: { person, groups } });
    }
    return [...new Set(users)].flatMap((who) => known.get(who) ?? []);
  };
}

function outcomeFor(config: Config, role: string, { who, in: groups, looks }: Asker, now: number): string {
  const judge = (over: object) =>
    judgeCase(config, PolicyCase.parse({ who, in: groups, role, ...over }), now, looks);
  const { outcome, line, why } = judge({});
  if (outcome === "deny") return `refused, because of ${line}: ${why}`;
  const short = judge({ for: "1m" });
  const max = config.rules.find(({ name }) => name === short.line)?.when.max;
  const atOnce = outcome === "ask" && short.outcome === "approve" && max !== undefined;
  const { max: longest } = config.roles[role]?.breakGlass ?? {};
  const isEmergency = longest !== undefined && judge({ emergency: true }).outcome === "approve";
  return [
    outcome === "ask" ? `asks ${describeApproval(config, role)}` : `at once, because of ${line}`,
    atOnce ? `up to ${formatDuration(max)} at once, because of ${short.line}` : "",
    isEmergency ? `in an emergency at once for ${formatDuration(longest)}` : "",
  ]
    .filter(Boolean)
    .join("; ");
}
