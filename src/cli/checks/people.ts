/** Whom the catalog names: each exists in the workspace, and each role has somebody to approve it. */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Config } from "../../config.ts";
import type { ApprovalRule } from "../../domain/approval.ts";
import { type BreakGlass, REVIEWERS_MIN } from "../../domain/break-glass.ts";
import { channelFor } from "../../domain/catalog.ts";
import { isGroup, type Principal, UserId } from "../../domain/ids.ts";
import type { Profile } from "../../domain/person.ts";
import { slackError } from "../../slack/outbound/client.ts";
import { allIn, lookUpPerson } from "../../slack/outbound/directory.ts";
import type { HomeWorkspace } from "../../slack/outbound/profile.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

interface Named {
  check: string;
  /** Where the file names them. */
  at: string;
  who: readonly Principal[];
  /** What it means when nobody is left. */
  empty: string;
  /** And that this may be meant. */
  mayBeEmpty?: true;
  /** So many of them must see this channel. */
  approve?: { needed: number; channel: string };
  /** The same, of whom one may be the one concerned. */
  review?: { needed: number; channel: string };
}

const Groups = z.object({
  usergroups: z.array(
    z.object({ id: z.string(), date_delete: z.number().default(0), users: z.array(z.string()).default([]) }),
  ),
});
const AT_ONCE = 4;

export async function checkPeople(
  client: WebClient,
  config: Pick<Config, "roles" | "rules" | "admins" | "slack">,
  home: HomeWorkspace,
) {
  try {
    const all = named(config);
    const answer = await groupsOf(client);
    const refused = typeof answer === "string" ? noGroups(all, answer) : [];
    const groups = new Map(typeof answer === "string" ? [] : answer.map((group) => [group.id, group]));
    // Without groups nobody knows who is in these.
    const lists = all.filter(({ who }) => typeof answer !== "string" || !who.some(isGroup));
    const members = (p: Principal) =>
      isGroup(p) ? (groups.get(p)?.date_delete ? [] : (groups.get(p)?.users ?? [])) : [p];
    const ids = new Set(lists.flatMap(({ who }) => who.flatMap(members)));
    const people = await profiles(
      (id) => lookUpPerson(client, home, id),
      [...ids].flatMap((id) => UserId.safeParse(id).data ?? []),
    );
    const inChannel = await membersOf(client, lists);
    return [...refused, ...lists.map((list) => judge(list, { people, members, groups, inChannel }))];
  } catch {
    return [warn("slack people", "Slack does not say who is in the workspace", "npm run doctor, once more")];
  }
}

/** Slack's word where it refuses. Throws what else keeps it from an answer. */
async function groupsOf(client: WebClient) {
  try {
    const answer = await client.usergroups.list({ include_users: true, include_disabled: true });
    return Groups.parse(answer).usergroups;
  } catch (error) {
    const code = slackError(error);
    if (code === null) throw error;
    return code;
  }
}

/** Nothing where the file names people alone. */
function noGroups(lists: readonly Named[], code: string): Finding[] {
  const at = lists.filter(({ who }) => who.some(isGroup)).map((list) => list.at);
  if (at.length === 0) return [];
  return [
    fail(
      "slack groups",
      `Slack refuses to list user groups (${code}), and ${at.join(", ")} name some: nobody of theirs can be told`,
      code === "missing_scope"
        ? "Apply manifest.yml to the app, then reinstall it to the workspace"
        : "Name people (U…) in place of user groups (S…), which are of Slack's paid plans",
    ),
  ];
}

/** Null for a channel that Slack does not show: what is wrong with it, its own check says. */
async function membersOf(client: WebClient, lists: Named[]): Promise<Map<string, string[] | null>> {
  const channels = [...new Set(lists.flatMap(({ approve, review }) => (approve ?? review)?.channel ?? []))];
  const found = await Promise.all(channels.map((id) => allIn(client, id).catch(() => null)));
  return new Map(channels.map((id, i) => [id, found[i] ?? null]));
}

const named = ({
  roles,
  rules,
  admins,
  slack,
}: Pick<Config, "roles" | "rules" | "admins" | "slack">): Named[] => [
  { check: "slack admins", at: "admins", who: admins, empty: "nobody can revoke everything" },
  ...Object.entries(roles).flatMap(([name, { approval, requester, breakGlass }]): Named[] => {
    const at = `roles.${name}`;
    return [
      ...(approval === "none" ? [] : approversOf(name, approval, slack.channel)),
      ...(breakGlass ? emergencyOf(name, breakGlass, channelFor(roles, name, slack.channel)) : []),
      ...(requester
        ? [
            {
              check: `requesters ${name}`,
              at: `${at}.requester.in`,
              who: requester.in,
              empty: `nobody can ask for ${name}`,
            },
          ]
        : []),
    ];
  }),
  ...rules.flatMap(({ name, when: { requester } }, i): Named[] =>
    requester
      ? [
          {
            ...{ check: `rule ${name}`, at: `rules.${i}.when.requester.in`, who: requester.in },
            ...{ empty: `${name} matches nobody`, mayBeEmpty: true },
          },
        ]
      : [],
  ),
];

function approversOf(name: string, { by, ping, count, channel, fallback }: ApprovalRule, usual: string) {
  const at = `roles.${name}.approval`;
  const empty = `nobody can approve ${name}`;
  const approve = { needed: count, channel: channel ?? usual };
  const check = `approvers ${name}`;
  return [
    // Together they must be enough: the fallback is asked for what is missing.
    { check, at, who: [...by, ...(fallback?.by ?? [])], empty, approve },
    ...(ping
      ? [{ check: `pings ${name}`, at: `${at}.ping`, who: ping, empty: `nobody is told of ${name}` }]
      : []),
  ];
}

const emergencyOf = (name: string, { by, review }: BreakGlass, channel: string): Named[] => [
  {
    check: `emergency ${name}`,
    at: `roles.${name}.breakGlass.by`,
    who: by,
    empty: `nobody can take ${name} in an emergency`,
  },
  {
    check: `reviewers ${name}`,
    at: `roles.${name}.breakGlass.review`,
    who: review,
    empty: `nobody can review an emergency of ${name}`,
    review: { needed: REVIEWERS_MIN, channel },
  },
];

async function profiles(
  person: (id: UserId) => Promise<Profile>,
  ids: UserId[],
): Promise<Map<string, Profile>> {
  const found = new Map<string, Profile>();
  while (ids.length > 0)
    for (const profile of await Promise.all(ids.splice(0, AT_ONCE).map(person)))
      found.set(profile.id, profile);
  return found;
}

interface Workspace {
  people: Map<string, Profile>;
  members(p: Principal): string[];
  groups: Map<string, { date_delete: number }>;
  /** By channel. */
  inChannel: Map<string, string[] | null>;
}

function judge(
  { check, at, who, empty, mayBeEmpty, approve, review }: Named,
  { people, members, groups, inChannel }: Workspace,
): Finding {
  const unknown = who.filter((p) => (isGroup(p) ? !groups.has(p) : people.get(p)?.standing === "stranger"));
  if (unknown.length > 0)
    return fail(
      check,
      `${unknown.join(", ")} of ${at} is not in this workspace`,
      "npm run doctor -- --find NAME",
    );
  const able = new Set(who.flatMap(members).filter((id) => people.get(id)?.standing === "member"));
  if (who.length > 0 && able.size === 0)
    return (mayBeEmpty ? warn : fail)(
      check,
      `${empty}: ${who.join(", ")} of ${at} has no active member`,
      "npm run doctor -- --find NAME",
    );
  const { channel } = approve ?? review ?? {};
  const here = channel && inChannel.get(channel);
  const seeing = here ? [...able].filter((id) => here.includes(id)) : [...able];
  if (approve && seeing.length < approve.needed)
    return fail(
      check,
      `${at} needs ${approve.needed === 1 ? "one person" : `${approve.needed} people`}, and ${seeing.length} of its ${able.size} are in ${approve.channel}`,
      `In ${approve.channel}: /invite those who approve`,
    );
  const gone = who.filter((p) => !isGroup(p) && people.get(p)?.standing !== "member");
  if (gone.length > 0)
    return warn(
      check,
      `${gone.map((p) => `${p} is ${people.get(p)?.standing ?? "unknown"}`).join(", ")}`,
      `Take it out of ${at}`,
    );
  if (able.size === 0) return warn(check, `${at} names nobody: ${empty}`, "npm run doctor -- --find NAME");
  if (review && seeing.length < review.needed)
    return warn(
      check,
      `${at} must have ${review.needed} active members in ${channel}, for one of them may be the one concerned, and has ${seeing.length}`,
      `Name more people in ${at}, or in ${channel}: /invite them`,
    );
  const outside = able.size - seeing.length;
  const missed = outside > 0 ? `; ${outside} more are not in ${channel}` : "";
  return ok(check, `${seeing.length === 1 ? "one person" : `${seeing.length} people`}${missed}`);
}
