/** Whom the catalog names: each exists in the workspace, and each role has somebody to approve it. */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Config } from "../../config.ts";
import { isGroup, type Principal, UserId } from "../../domain/ids.ts";
import type { Profile } from "../../domain/person.ts";
import { lookUpPerson } from "../../slack/outbound/directory.ts";
import type { HomeWorkspace } from "../../slack/outbound/profile.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

interface Named {
  check: string;
  /** Where the file names them. */
  at: string;
  who: readonly Principal[];
  /** What it means when nobody is left. */
  empty: string;
}

const Groups = z.object({
  usergroups: z.array(
    z.object({ id: z.string(), date_delete: z.number().default(0), users: z.array(z.string()).default([]) }),
  ),
});
const AT_ONCE = 4;

export async function checkPeople(
  client: WebClient,
  config: Pick<Config, "roles" | "admins">,
  home: HomeWorkspace,
) {
  try {
    const lists = named(config);
    const answer = await client.usergroups.list({ include_users: true, include_disabled: true });
    const groups = new Map(Groups.parse(answer).usergroups.map((group) => [group.id, group]));
    const members = (p: Principal) =>
      isGroup(p) ? (groups.get(p)?.date_delete ? [] : (groups.get(p)?.users ?? [])) : [p];
    const ids = new Set(lists.flatMap(({ who }) => who.flatMap(members)));
    const people = await profiles(
      (id) => lookUpPerson(client, home, id),
      [...ids].flatMap((id) => UserId.safeParse(id).data ?? []),
    );
    return lists.map((list) => judge(list, { people, members, groups }));
  } catch {
    return [warn("slack people", "Slack does not say who is in the workspace", "npm run doctor, once more")];
  }
}

const named = ({ roles, admins }: Pick<Config, "roles" | "admins">): Named[] => [
  { check: "slack admins", at: "admins", who: admins, empty: "nobody can revoke everything" },
  ...Object.entries(roles).flatMap(([name, { approval, requester }]): Named[] => {
    const at = `roles.${name}`;
    const by = approval === "none" ? [] : [approval.by, approval.ping ?? []].flat();
    return [
      ...(approval === "none"
        ? []
        : [
            {
              check: `approvers ${name}`,
              at: `${at}.approval`,
              who: by,
              empty: `nobody can approve ${name}`,
            },
          ]),
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
}

function judge({ check, at, who, empty }: Named, { people, members, groups }: Workspace): Finding {
  const unknown = who.filter((p) => (isGroup(p) ? !groups.has(p) : people.get(p)?.standing === "stranger"));
  if (unknown.length > 0)
    return fail(
      check,
      `${unknown.join(", ")} of ${at} is not in this workspace`,
      "npm run doctor -- --find NAME",
    );
  const able = new Set(who.flatMap(members).filter((id) => people.get(id)?.standing === "member"));
  if (who.length > 0 && able.size === 0)
    return fail(
      check,
      `${empty}: ${who.join(", ")} of ${at} has no active member`,
      "npm run doctor -- --find NAME",
    );
  const gone = who.filter((p) => !isGroup(p) && people.get(p)?.standing !== "member");
  if (gone.length > 0)
    return warn(
      check,
      `${gone.map((p) => `${p} is ${people.get(p)?.standing ?? "unknown"}`).join(", ")}`,
      `Take it out of ${at}`,
    );
  if (able.size === 0) return warn(check, `${at} names nobody: ${empty}`, "npm run doctor -- --find NAME");
  return ok(check, able.size === 1 ? "one person" : `${able.size} people`);
}
