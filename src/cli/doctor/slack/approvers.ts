/** The people and groups of the configuration are in the workspace, and enough of them can approve, review or ask. */
import { z } from "zod";
import { allGroups } from "../../../policy/approvers.ts";
import { approversFor, channelFor } from "../../../policy/roles.ts";
import { isGroup, type Principal, type UserId } from "../../../request/ids.ts";
import { namedUsers } from "../../../request/people.ts";
import type { CallSlack } from "../../../slack/calls.ts";
import { SlackRefusal } from "../../../slack/slack.ts";
import { replaceError } from "../../open.ts";
import { listAll } from "../../slack.ts";
import { type Finding, fail, ok, type SlackSide, warn } from "../finding.ts";

/** Nobody can tell who is in a group that Slack does not list. */
export async function checkUserGroups({ config, directory }: SlackSide): Promise<Finding> {
  const ids = allGroups(config);
  const { members } = await directory.groups(ids);
  const unknown = ids.filter((id) => !members.has(id));
  if (unknown.length === 0) return ok("user groups", `Slack lists all ${ids.length}`);
  return fail(
    "user groups",
    `Slack does not list ${unknown.join(", ")}: what depends on them is refused or waits`,
    "Enable them in Slack, or correct karpor-access.yml",
  );
}

interface NamedPeople {
  check: string;
  who: readonly Principal[];
  /** So many active members; `otherwise` says what fewer of them cannot do. */
  needed: number;
  otherwise: string;
  /** They must see the card there. */
  channel?: string;
}

function namedPeople(config: SlackSide["config"]): NamedPeople[] {
  const otherwise = "nobody can revoke everything or lock down";
  const lists: NamedPeople[] = [{ check: "admins", who: config.admins, needed: 1, otherwise }];
  for (const [name, role] of Object.entries(config.roles)) {
    const { approval, requester, breakGlass } = role;
    const channel = channelFor(config, name);
    if (approval !== "none")
      lists.push({
        check: `approvers ${name}`,
        who: approversFor(role, true),
        needed: approval.count,
        otherwise: `${name} cannot be approved`,
        channel,
      });
    if (requester)
      lists.push({
        check: `requesters ${name}`,
        who: requester.in,
        needed: 1,
        otherwise: `nobody can ask for ${name}`,
      });
    if (breakGlass)
      lists.push({
        check: `reviewers ${name}`,
        who: breakGlass.review,
        needed: 2,
        otherwise: "nobody reviews their own emergency",
        channel,
      });
  }
  return lists;
}

export async function checkApprovers({ config, callSlack, directory }: SlackSide): Promise<Finding[]> {
  const lists = namedPeople(config);
  const named = lists.flatMap(({ who }) => who);
  const groups = await directory.groups(named.filter(isGroup));
  const active = new Set<UserId>();
  // One after the other: Slack limits how many a minute.
  for (const id of namedUsers(named, groups))
    if ((await directory.person(id)).standing === "member") active.add(id);
  const present = new Map<string | undefined, string[]>();
  for (const channel of new Set(lists.flatMap((list) => list.channel ?? [])))
    present.set(channel, await channelMembers(callSlack, channel));
  return lists.map((list) => {
    const able = namedUsers(list.who, groups).filter((id) => active.has(id));
    return judgeList(list, able, present.get(list.channel) ?? able);
  });
}

const Members = z.object({ members: z.array(z.string()) });

/** None in a channel that Slack does not show: its own check tells. */
async function channelMembers(callSlack: CallSlack, channel: string): Promise<string[]> {
  const pages = await listAll(callSlack, "conversations.members", { channel }, Members).catch(
    replaceError(SlackRefusal, []),
  );
  return pages.flatMap(({ members }) => members);
}

/** `able`: the active members among them; `present`: the people who see the card. */
function judgeList(
  { check, who, needed, otherwise, channel }: NamedPeople,
  able: readonly UserId[],
  present: readonly string[],
): Finding {
  const correct = "npm run doctor -- --find NAME tells ids; correct karpor-access.yml";
  const invite = `In ${channel}: /invite them`;
  const few = `active members, ${needed} needed: ${otherwise}`;
  if (who.length === 0) return warn(check, `none is named: ${otherwise}`, correct);
  if (able.length < needed) return fail(check, `${who.join(", ")} have ${able.length} ${few}`, correct);
  const absent = able.filter((id) => !present.includes(id));
  const here = able.length - absent.length;
  if (here < needed) return fail(check, `${channel} has ${here} of their ${able.length} ${few}`, invite);
  if (absent.length > 0)
    return warn(
      check,
      `${absent.length} of their ${able.length} active members are not in ${channel}, and see no card: ${firstFew(absent)}`,
      invite,
    );
  const gone = who.filter((one) => !isGroup(one) && !able.includes(one));
  if (gone.length > 0) return warn(check, `${gone.join(", ")}: no active member of the workspace`, correct);
  return ok(check, `active members: ${here}`);
}

const MOST_LISTED = 5;
const firstFew = (ids: UserId[]): string =>
  ids.slice(0, MOST_LISTED).join(", ") + (ids.length > MOST_LISTED ? ", …" : "");

/** The approvers of a role that asks for passkeys have one. */
export async function checkPasskeyHolders({ config, directory }: SlackSide): Promise<Finding[]> {
  const { roles, passkeys } = config;
  const groups = await directory.groups(allGroups(config));
  return Object.entries(roles).flatMap(([name, role]) => {
    if (role.approval === "none" || !role.approval.passkey) return [];
    const { count } = role.approval;
    const approvers = namedUsers(approversFor(role, true), groups);
    const without = approvers.filter((id) => !passkeys[id]);
    const has = approvers.length - without.length;
    const check = `passkeys ${name}`;
    const fix = "They type /karpor-access passkey in Slack, and give you the line that the page shows";
    if (has < count)
      return fail(
        check,
        `${has} approvers have one, ${count} needed; without one: ${firstFew(without)}`,
        fix,
      );
    if (without.length > 0) return warn(check, `without one: ${firstFew(without)}`, fix);
    return ok(check, `approvers with one: ${has}`);
  });
}
