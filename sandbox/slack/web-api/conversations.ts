/** conversations.open, .info, .list and .members. */
import { flag, optionalArg, page, requiredArg } from "../args.ts";
import { SlackRefusal } from "../errors.ts";
import { botIn, openDm, seenByBot } from "../places.ts";
import type { Channel, JsonObject } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { type Method, scope } from "./method.ts";

const READ_SCOPES = { public_channel: "channels:read", private_channel: "groups:read" };
type Kind = keyof typeof READ_SCOPES;

const kindOf = (channel: Channel): Kind => (channel.isPrivate ? "private_channel" : "public_channel");

function scopesOfOne(workspace: Workspace, args: JsonObject): string[] {
  const channel = workspace.channels.get(String(args.channel));
  return channel ? [READ_SCOPES[kindOf(channel)]] : Object.values(READ_SCOPES);
}

function open(workspace: Workspace, args: JsonObject): JsonObject {
  const users = optionalArg(args, "users")?.split(",") ?? [];
  const [user] = users;
  if (user === undefined) throw new SlackRefusal("users_list_not_supplied");
  if (users.length > 1) throw new SlackRefusal("method_not_supported_for_channel_type");
  const person = workspace.people.get(user);
  if (user === workspace.bot.userId || person?.isBot) throw new SlackRefusal("cannot_dm_bot");
  if (!person) throw new SlackRefusal("user_not_found");
  if (person.deleted) throw new SlackRefusal("user_disabled");
  const known = workspace.dms.has(user);
  const id = openDm(workspace, user);
  return { ...(known ? { no_op: true, already_open: true } : {}), channel: { id } };
}

function readable(workspace: Workspace, args: JsonObject): Channel {
  const place = seenByBot(workspace, requiredArg(args, "channel"));
  if (place?.kind !== "channel") throw new SlackRefusal("channel_not_found");
  return place.channel;
}

const info = (workspace: Workspace, args: JsonObject): JsonObject => ({
  channel: describe(readable(workspace, args)),
});

const describe = (channel: Channel): JsonObject => ({
  id: channel.id,
  name: channel.name,
  is_private: channel.isPrivate ?? false,
  is_archived: channel.isArchived ?? false,
  is_member: botIn(channel),
});

const typesOf = (args: JsonObject): string[] =>
  (optionalArg(args, "types") ?? "public_channel").split(",").map((t) => t.trim());

function list(workspace: Workspace, args: JsonObject): JsonObject {
  const types = typesOf(args);
  if (types.some((type) => !(type in READ_SCOPES))) throw new SlackRefusal("invalid_types");
  const all = [...workspace.channels.values()]
    .filter((channel) => types.includes(kindOf(channel)) && (!channel.isPrivate || botIn(channel)))
    .filter((channel) => !(flag(args, "exclude_archived") && channel.isArchived))
    .map(describe);
  const { items, response_metadata } = page(args, all, 100);
  return { channels: items, response_metadata };
}

function members(workspace: Workspace, args: JsonObject): JsonObject {
  const channel = readable(workspace, args);
  const all = botIn(channel) ? [...channel.members, workspace.bot.userId] : channel.members;
  const { items, response_metadata } = page(args, all, 100);
  return { members: items, response_metadata };
}

/** Every type asked for needs its own scope; the first one missing is the one named. */
function scopesOfList({ settings }: Workspace, args: JsonObject): string[] {
  const needed = typesOf(args).map((type) => READ_SCOPES[type as Kind] ?? READ_SCOPES.public_channel);
  return [needed.find((name) => !settings.scopes.includes(name)) ?? needed[0] ?? ""];
}

export const conversationMethods = {
  "conversations.open": { scopes: scope("im:write"), run: open },
  "conversations.info": { scopes: scopesOfOne, run: info },
  "conversations.list": { scopes: scopesOfList, run: list },
  "conversations.members": { scopes: scopesOfOne, run: members },
} satisfies Record<string, Method>;
