/** users.info and users.list. */
import { flag, page, requiredArg } from "../args.ts";
import { SlackRefusal } from "../errors.ts";
import { botIn, teamOf } from "../places.ts";
import type { JsonObject, SlackPerson } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { type Method, scope } from "./method.ts";

export function describePerson(workspace: Workspace, person: SlackPerson, withLocale: boolean): JsonObject {
  return {
    id: person.id,
    team_id: teamOf(workspace.bot, person),
    name: person.name,
    deleted: person.deleted ?? false,
    real_name: person.realName ?? person.name,
    tz: person.tz ?? "Europe/Berlin",
    profile: profileOf(person),
    is_bot: person.isBot ?? false,
    updated: 1,
    ...(withLocale ? { locale: person.locale ?? "en-US" } : {}),
    // Slack leaves these out for deactivated people, and is_stranger out for members.
    ...(person.deleted ? {} : standing(person)),
    ...abroad(workspace, person),
  };
}

const standing = (person: SlackPerson): JsonObject => ({
  is_admin: false,
  is_owner: false,
  is_restricted: person.isRestricted ?? false,
  is_ultra_restricted: person.isUltraRestricted ?? false,
});

/** Not who is foreign: who is foreign *and* shares no channel with the bot. */
function abroad({ bot, channels }: Workspace, person: SlackPerson): JsonObject {
  const meets = [...channels.values()].some((one) => botIn(one) && one.members.includes(person.id));
  return teamOf(bot, person) === bot.teamId ? {} : { is_stranger: !meets };
}

function profileOf(person: SlackPerson): JsonObject {
  return {
    real_name: person.realName ?? person.name,
    display_name: person.displayName ?? person.name,
    title: person.title ?? "",
  };
}

const botPerson = ({ bot }: Workspace): SlackPerson => ({ id: bot.userId, name: bot.name, isBot: true });

function info(workspace: Workspace, args: JsonObject): JsonObject {
  const user = requiredArg(args, "user");
  const person = user === workspace.bot.userId ? botPerson(workspace) : workspace.people.get(user);
  if (!person) throw new SlackRefusal("user_not_found");
  return { user: describePerson(workspace, person, flag(args, "include_locale")) };
}

function list(workspace: Workspace, args: JsonObject): JsonObject {
  const everyone = [...workspace.people.values(), botPerson(workspace)];
  const { items, response_metadata } = page(args, everyone, 1000);
  const members = items.map((person) => describePerson(workspace, person, flag(args, "include_locale")));
  return { members, cache_ts: 1, response_metadata };
}

export const userMethods = {
  "users.info": { scopes: scope("users:read"), run: info },
  "users.list": { scopes: scope("users:read"), run: list },
} satisfies Record<string, Method>;
