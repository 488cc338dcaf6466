/** What Slack lets one app call: its documented tiers, a method, and posts a channel. Pure. */
import type { Room } from "../../flow/ports.ts";

/** The order in which calls go out: most urgent first. */
export const URGENCIES = ["take-off", "show", "trouble", "ask", "cards", "tidying"] as const;
export type Urgency = (typeof URGENCIES)[number];

const TIER_2 = 20;
const TIER_3 = 50;
const TIER_4 = 100;
/** Fewer than its tier allows: all groups come by one call, and what gives access rests on what is ten seconds old. */
const LOOKS = 6;

/** Calls in any minute, all replicas together. Of a method that is not among them Slack asks nothing that we could exceed. */
const PER_MINUTE: Record<string, number> = {
  "chat.delete": TIER_3,
  "chat.postEphemeral": TIER_4,
  "chat.postMessage": 300,
  "chat.update": TIER_3,
  "conversations.info": TIER_3,
  "conversations.members": TIER_4,
  "conversations.open": TIER_3,
  "usergroups.list": LOOKS,
  "users.info": TIER_4,
  "users.list": TIER_2,
  "views.open": TIER_4,
  "views.publish": TIER_4,
  "views.update": TIER_4,
};
/** A minute, and what a call may be under way: those at its end could else arrive in the minute of the others. */
const MINUTE_MS = 61_000;
/** Of a minute's calls so many are for what is more urgent, and there is room for it at once. */
const FOR_URGENT = 0.4;
/** Of a minute's look-ups those who ask have so many: their grants need as many, and neither may keep the other waiting. */
const FOR_ASKING = 0.5;

/** Slack's one a second; of its three at once we leave one, and are a little slower: not all calls are under way equally long. */
const CHANNEL = { most: 2, windowMs: 2_100, refills: true };

/** Two messages to somebody new, perhaps of two replicas, need one DM: the second finds it open when it comes again. */
const OPENING = { most: 1, windowMs: 3_000 };

/** A refusal closes the first: a channel's posts, else the method. `where`: the channel, or the person whose DM is opened. */
export function roomsOf(method: string, where: string | null, urgency: Urgency): Room[] {
  const most = PER_MINUTE[method];
  if (most === undefined) return [];
  const isPatient = urgency === "cards" || urgency === "tidying";
  const room = {
    name: method,
    most: isPatient ? Math.floor(most * (1 - FOR_URGENT)) : most,
    windowMs: MINUTE_MS,
  };
  if (urgency === "ask") return [room, { ...room, name: `${method}:${urgency}`, most: most * FOR_ASKING }];
  if (where === null) return [room];
  const name = `${method}:${where}`;
  if (method === "chat.postMessage") return [{ ...CHANNEL, name }, room];
  if (method === "conversations.open") return [room, { ...OPENING, name }];
  return [room];
}
