/** The workspace's people and user groups, read from Slack at every call. */
import type { WebClient } from "@slack/web-api";
import { isGroup, type Principal, UserId } from "../../domain/ids.ts";
import type { Profile } from "../../domain/person.ts";
import type { Directory } from "../../flow/ports.ts";
import { slackError } from "./client.ts";
import { type HomeWorkspace, profileOf, SlackUser } from "./profile.ts";

const UNKNOWN = new Set(["user_not_found", "users_not_found", "user_not_visible"]);
/** People looked at side by side until one will do. */
const AT_ONCE = 4;

/** `home` throws until auth.test has said which workspace is ours, and every look-up of a person with it. */
export function createDirectory(client: WebClient, home: () => HomeWorkspace): Directory {
  async function person(id: UserId): Promise<Profile> {
    const ours = home();
    try {
      const { user } = await client.users.info({ user: id, include_locale: true });
      return profileOf(id, SlackUser.parse(user), ours);
    } catch (error) {
      if (!UNKNOWN.has(slackError(error) ?? "")) throw error;
      return { id, name: id, locale: "en", standing: "stranger" };
    }
  }

  return {
    person,
    async qualifies(id, principals) {
      if (principals.includes(id)) return id;
      const groups = principals.filter(isGroup);
      const members = await Promise.all(groups.map((group) => membersOf(client, group)));
      return groups.find((_, i) => members[i]?.includes(id)) ?? null;
    },
    async anyoneBut(but, principals) {
      const people = new Set(await everyone(client, principals));
      people.delete(but);
      const left = [...people];
      while (left.length > 0) {
        const profiles = await Promise.all(left.splice(0, AT_ONCE).map(person));
        if (profiles.some(({ standing }) => standing === "member")) return true;
      }
      return false;
    },
  };
}

async function everyone(client: WebClient, principals: readonly Principal[]): Promise<UserId[]> {
  const found = principals.map((p) => (isGroup(p) ? membersOf(client, p) : [p]));
  return (await Promise.all(found)).flat();
}

/** A user group that is gone or disabled has no members; it must not stop those of the others. */
async function membersOf(client: WebClient, usergroup: string): Promise<UserId[]> {
  try {
    const { users = [] } = await client.usergroups.users.list({ usergroup });
    return users.flatMap((user) => UserId.safeParse(user).data ?? []);
  } catch (error) {
    if (slackError(error) === "no_such_subteam") return [];
    throw error;
  }
}
