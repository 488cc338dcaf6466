/** conversations.open, .info, .list and .members. */
import { flag, optionalArg, page, requiredArg } from "../args.ts";
import { SlackRefusal } from "../errors.ts";
import { botIn, type Conversation, conversationOf, openDm, seenByBot } from "../places.ts";
import type { Channel, JsonObject, SlackPerson } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { wire } from "./chat.ts";
import { type Method, scope } from "./method.ts";

const readScope = {
  public_channel: "channels:read",
  private_channel: "groups:read",
  im: "im:read",
  mpim: "mpim:read",
};
type Kind = keyof typeof readScope;

const kindOf = (channel: Channel): Kind => (channel.isPrivate ? "private_channel" : "public_channel");

function scopesOfOne(workspace: Workspace, args: JsonObject): string[] {
  const place = conversationOf(workspace, String(args.channel));
  if (!place) return Object.values(readScope);
  return [readScope[place.kind === "dm" ? "im" : kindOf(place.channel)]];
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
  const full = flag(args, "return_im") ? { ...im(id, person), latest: latestIn(workspace, id) } : {};
  return { ...(known ? { no_op: true, already_open: true } : {}), channel: { id, ...full } };
}

const im = (id: string, person: SlackPerson): JsonObject => ({
  id,
  is_im: true,
  user: person.id,
  is_user_deleted: person.deleted ?? false,
});

/** The newest that stands in the conversation itself, whoever wrote it; what hangs below another is not in it. */
function latestIn(workspace: Workspace, id: string): JsonObject | null {
  const latest = workspace.messages.findLast(
    ({ channel, deleted, thread_ts }) => channel === id && !deleted && thread_ts === undefined,
  );
  return latest ? wire(workspace, latest) : null;
}

function readable(workspace: Workspace, id: string): Conversation {
  const place = seenByBot(workspace, id);
  if (!place) throw new SlackRefusal("channel_not_found");
  return place;
}

function info(workspace: Workspace, args: JsonObject): JsonObject {
  const place = readable(workspace, requiredArg(args, "channel"));
  if (place.kind === "dm") return { channel: im(place.id, place.person) };
  const num_members = flag(args, "include_num_members")
    ? { num_members: membersOf(workspace, place).length }
    : {};
  return { channel: { ...describe(place.channel), ...num_members } };
}

const describe = (channel: Channel): JsonObject => ({
  id: channel.id,
  name: channel.name,
  name_normalized: channel.name,
  is_channel: !channel.isPrivate,
  is_group: channel.isPrivate ?? false,
  is_im: false,
  is_mpim: false,
  is_private: channel.isPrivate ?? false,
  is_archived: channel.isArchived ?? false,
  is_member: botIn(channel),
});

const typesOf = (args: JsonObject): string[] =>
  (optionalArg(args, "types") ?? "public_channel").split(",").map((t) => t.trim());

function listed(workspace: Workspace, types: string[]): JsonObject[] {
  const channels = [...workspace.channels.values()]
    .filter((channel) => types.includes(kindOf(channel)) && (!channel.isPrivate || botIn(channel)))
    .map(describe);
  const ims = types.includes("im")
    ? [...workspace.dms].flatMap(([user, id]) => imOf(workspace, user, id))
    : [];
  return [...channels, ...ims];
}

function imOf(workspace: Workspace, user: string, id: string): JsonObject[] {
  const person = workspace.people.get(user);
  return person ? [im(id, person)] : [];
}

function list(workspace: Workspace, args: JsonObject): JsonObject {
  const types = typesOf(args);
  if (types.some((type) => !(type in readScope))) throw new SlackRefusal("invalid_types");
  const all = listed(workspace, types).filter((one) => !(flag(args, "exclude_archived") && one.is_archived));
  const { items, response_metadata } = page(args, all, 100);
  return { channels: items, response_metadata };
}

function membersOf({ bot }: Workspace, place: Conversation): string[] {
  if (place.kind === "dm") return [place.person.id, bot.userId];
  return botIn(place.channel) ? [...place.channel.members, bot.userId] : place.channel.members;
}

function members(workspace: Workspace, args: JsonObject): JsonObject {
  const all = membersOf(workspace, readable(workspace, requiredArg(args, "channel")));
  const { items, response_metadata } = page(args, all, 100);
  return { members: items, response_metadata };
}

/** Every type asked for needs its own scope; the first one missing is the one named. */
function scopesOfList(workspace: Workspace, args: JsonObject): string[] {
  const needed = typesOf(args).map((type) => readScope[type as Kind] ?? readScope.public_channel);
  return [
    needed.find((name) => !workspace.settings.scopes.includes(name)) ?? needed[0] ?? readScope.public_channel,
  ];
}

export const conversationMethods = {
  "conversations.open": { scopes: scope("im:write"), run: open },
  "conversations.info": { scopes: scopesOfOne, run: info },
  "conversations.list": { scopes: scopesOfList, run: list },
  "conversations.members": { scopes: scopesOfOne, run: members },
} satisfies Record<string, Method>;
