/** Where things are said: channels, the DMs of the bot, and who can see them. */
import { CannotDo } from "./errors.ts";
import type { Bot, Channel, SlackPerson } from "./types.ts";
import type { Workspace } from "./workspace.ts";

type Conversation = { kind: "channel"; channel: Channel } | { kind: "dm"; id: string; person: SlackPerson };

export function conversationOf(workspace: Workspace, id: string): Conversation | undefined {
  const channel = workspace.channels.get(id);
  if (channel) return { kind: "channel", channel };
  const owner = [...workspace.dms].find(([, dm]) => dm === id)?.[0];
  const person = owner === undefined ? undefined : workspace.people.get(owner);
  return person && { kind: "dm", id, person };
}

/** As far as the bot can tell: a private channel that it is not in does not exist. */
export function seenByBot(workspace: Workspace, id: string): Conversation | undefined {
  const place = conversationOf(workspace, id);
  const isHidden = place?.kind === "channel" && place.channel.isPrivate && !botIn(place.channel);
  return isHidden ? undefined : place;
}

export function openDm(workspace: Workspace, user: string): string {
  const known = workspace.dms.get(user);
  if (known !== undefined) return known;
  const id = `D${user.slice(1)}`;
  workspace.dms.set(user, id);
  return id;
}

export const botIn = (channel: Channel): boolean => channel.botIsMember ?? true;

/** The workspace that a person belongs to. */
export const teamOf = (bot: Bot, person: SlackPerson): string => person.teamId ?? bot.teamId;

export function personOf(workspace: Workspace, user: string): SlackPerson {
  const person = workspace.people.get(user);
  if (!person) throw new CannotDo(`Nobody here is ${user}.`);
  return person;
}

/** Who acts must still be able to log in. */
export function actorOf(workspace: Workspace, user: string): SlackPerson {
  const person = personOf(workspace, user);
  if (person.deleted) throw new CannotDo(`${person.name} is deactivated and cannot use Slack.`);
  return person;
}

export function canSee(workspace: Workspace, user: string, id: string): boolean {
  const place = conversationOf(workspace, id);
  if (!place) return false;
  if (place.kind === "dm") return place.person.id === user;
  if (place.channel.members.includes(user)) return true;
  const person = workspace.people.get(user);
  const foreign = person && teamOf(workspace.bot, person) !== workspace.bot.teamId;
  const guest = person?.isRestricted || person?.isUltraRestricted || foreign;
  return !place.channel.isPrivate && !guest;
}

/** What a payload calls the channel: Slack hides the name of private ones and of DMs. */
export function payloadName(place: Conversation): string {
  if (place.kind === "dm") return "directmessage";
  return place.channel.isPrivate ? "privategroup" : place.channel.name;
}
