/** Whom the configuration names is in the workspace, and enough of them can approve, review or ask. */
import { z } from "zod";
import { approversFor, channelFor, neededApprovals } from "../../../policy/roles.ts";
import { isGroup, type Principal, type UserId } from "../../../request/ids.ts";
import type { Groups, Person } from "../../../request/people.ts";
import { type CallSlack, keepNothing } from "../../../slack/calls.ts";
import { createDirectory } from "../../../slack/directory.ts";
import { SlackRefusal } from "../../../slack/slack.ts";
import { type Finding, fail, ok, type SlackSide, warn } from "../finding.ts";
import { listAll } from "./calls.ts";

interface NamedPeople {
  check: string;
  who: readonly Principal[];
  /** So many active members, and what is the matter with fewer. */
  needed: number;
  otherwise: string;
  /** Where they must see the card. */
  channel?: string;
}

function namedPeople(config: SlackSide["config"]): NamedPeople[] {
  const lists: NamedPeople[] = [
    {
      check: "admins",
      who: config.admins,
      needed: 1,
      otherwise: "nobody can revoke everything or lock down",
    },
  ];
  for (const [name, role] of Object.entries(config.roles)) {
    const { approval, requester, breakGlass } = role;
    const channel = channelFor(config, name);
    const [approvers, needed] = [approversFor(role, true), neededApprovals(role)];
    const add = (check: string, rest: Omit<NamedPeople, "check">) =>
      lists.push({ check: `${check} ${name}`, ...rest });
    if (approval !== "none")
      add("approvers", { who: approvers, needed, channel, otherwise: `${name} cannot be approved` });
    if (requester)
      add("requesters", { who: requester.in, needed: 1, otherwise: `nobody can ask for ${name}` });
    const otherwise = "nobody reviews their own emergency";
    if (breakGlass) add("reviewers", { who: breakGlass.review, needed: 2, channel, otherwise });
  }
  return lists;
}

interface Workspace {
  groups: Groups;
  people: Map<UserId, Person>;
  /** Members by channel. */
  present: Map<string, readonly string[]>;
}

export async function checkApprovers(side: SlackSide): Promise<Finding[]> {
  const lists = namedPeople(side.config);
  const workspace = await lookUp(side, lists);
  return [...lists.map((list) => judge(list, workspace)), ...judgePasskeys(side.config, workspace)];
}

/** Who has a passkey, of those who approve a role that asks for one. */
function judgePasskeys({ roles, passkeys }: SlackSide["config"], { groups }: Workspace): Finding[] {
  return Object.entries(roles).flatMap(([name, role]): Finding[] => {
    if (role.approval === "none" || !role.approval.passkey) return [];
    const approvers = membersOf(approversFor(role, true), groups);
    const without = approvers.filter((id) => !passkeys[id]);
    const has = approvers.length - without.length;
    const [check, needed] = [`passkeys ${name}`, neededApprovals(role)];
    const fix = "They type /karpor-access passkey in Slack, and give you the line that the page shows";
    if (has < needed)
      return [
        fail(check, `${has} approvers have one, ${needed} needed; without one: ${listed(without)}`, fix),
      ];
    if (without.length > 0) return [warn(check, `without one: ${listed(without)}`, fix)];
    return [ok(check, `approvers with one: ${has}`)];
  });
}

const LISTED = 5;
const listed = (ids: UserId[]): string =>
  [...ids.slice(0, LISTED), ...(ids.length > LISTED ? ["…"] : [])].join(", ");

const membersOf = (who: readonly Principal[], groups: Groups): UserId[] => [
  ...new Set(who.flatMap((one) => (isGroup(one) ? [...(groups.members.get(one) ?? [])] : [one]))),
];

async function lookUp({ callSlack, clock }: SlackSide, lists: NamedPeople[]): Promise<Workspace> {
  const directory = createDirectory(callSlack, { store: keepNothing(clock), clock });
  const named = lists.flatMap(({ who }) => who);
  const groups = await directory.groups(named.filter(isGroup));
  const people: Workspace["people"] = new Map();
  // One after the other: Slack limits how many a minute.
  for (const id of membersOf(named, groups)) people.set(id, await directory.person(id));
  const present: Workspace["present"] = new Map();
  for (const channel of new Set(lists.flatMap((list) => list.channel ?? [])))
    present.set(channel, await channelMembers(callSlack, channel));
  return { groups, people, present };
}

const Members = z.object({ members: z.array(z.string()) });

/** None of a channel that Slack does not show: its own check tells. */
async function channelMembers(callSlack: CallSlack, channel: string): Promise<string[]> {
  try {
    const pages = await listAll(callSlack, "conversations.members", { channel }, Members);
    return pages.flatMap(({ members }) => members);
  } catch (error) {
    if (error instanceof SlackRefusal) return [];
    throw error;
  }
}

function judge(
  { check, who, needed, otherwise, channel }: NamedPeople,
  { groups, people, present }: Workspace,
): Finding {
  const correct = "npm run doctor -- --find NAME tells ids; correct karpor-access.yml";
  const isMember = (id: UserId) => people.get(id)?.standing === "member";
  const able = membersOf(who, groups).filter(isMember);
  const few = `active members, ${needed} needed: ${otherwise}`;
  if (who.length === 0) return warn(check, `none is named: ${otherwise}`, correct);
  if (able.length < needed) return fail(check, `${who.join(", ")} have ${able.length} ${few}`, correct);
  const here = channel ? able.filter((id) => present.get(channel)?.includes(id)) : able;
  if (here.length < needed)
    return fail(
      check,
      `${channel} has ${here.length} of their ${able.length} ${few}`,
      `In ${channel}: /invite them`,
    );
  const absent = able.filter((id) => !here.includes(id));
  if (absent.length > 0)
    return warn(
      check,
      `${absent.length} of their ${able.length} active members are not in ${channel}, and see no card: ${listed(absent)}`,
      `In ${channel}: /invite them`,
    );
  const gone = who.filter((one) => !isGroup(one) && !isMember(one));
  if (gone.length > 0) return warn(check, `${gone.join(", ")}: no active member of the workspace`, correct);
  return ok(check, `active members: ${here.length}`);
}
