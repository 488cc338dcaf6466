/** What Slack lets one app call: its documented tiers, a method, and posts a channel. Pure. */
import type { Room } from "../../flow/ports.ts";

/** The order in which calls go out: most urgent first. */
export const URGENCIES = ["take-off", "show", "trouble", "cards", "tidying"] as const;
export type Urgency = (typeof URGENCIES)[number];

const TIER_3 = 50;
const TIER_4 = 100;

/** Calls in any minute, all replicas together. Of a method that is not among them Slack asks nothing that we could exceed. */
const PER_MINUTE: Record<string, number> = {
  "chat.delete": TIER_3,
  "chat.postEphemeral": TIER_4,
  "chat.postMessage": 300,
  "chat.update": TIER_3,
  "conversations.info": TIER_3,
  "conversations.open": TIER_3,
  "users.info": TIER_4,
  "views.open": TIER_4,
  "views.publish": TIER_4,
  "views.update": TIER_4,
};
/** A minute, and what a call may be under way: those at its end could else arrive in the minute of the others. */
const MINUTE_MS = 61_000;
/** Of a minute's calls so many are for what is more urgent, and there is room for it at once. */
const FOR_URGENT = 0.4;

/** Ours is stricter than Slack's: nobody needs to know the groups more often. */
const GROUPS: Room = { name: "usergroups.list", most: 6, windowMs: MINUTE_MS };
/** Slack's one a second, and three at once; a little slower, since not all calls are under way equally long. */
const CHANNEL = { most: 3, windowMs: 3_150, refills: true };

/** The narrowest first: it is the one that a refusal closes. */
export function roomsOf(method: string, channel: string | null, urgency: Urgency): Room[] {
  if (method === GROUPS.name) return [GROUPS];
  const most = PER_MINUTE[method];
  if (most === undefined) return [];
  const isPatient = urgency === "cards" || urgency === "tidying";
  const room = { name: method, most: isPatient ? most * (1 - FOR_URGENT) : most, windowMs: MINUTE_MS };
  if (method !== "chat.postMessage" || channel === null) return [room];
  return [{ ...CHANNEL, name: `${method}:${channel}` }, room];
}
