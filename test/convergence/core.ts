/** What the convergence test knows of the bot's inside: how it is put together, and what a record asks of hub and Slack. */
import { faces, isSettled, type Slot } from "../../src/domain/faces.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { drawFace, type Message, type ViewContext } from "../../src/slack/views/index.ts";

export { isSettled };

/** At rest, and yet not over: waiting for a person, or a grant that stands. */
export const isLive = (r: AccessRequest): boolean => r.state === "pending" || r.state === "active";

/** Its account and its binding must stand on the hub when all is at rest. */
export const stands = (r: AccessRequest): boolean => r.state === "active";

/** Its end has been decided or has come. */
export const isOver = (r: AccessRequest, now: number): boolean =>
  r.state === "ending" || isSettledState(r) || ("expiresAt" in r && r.expiresAt <= now);

const isSettledState = (r: AccessRequest): boolean =>
  ["refused", "withdrawn", "timedOut", "denied", "ended"].includes(r.state);

/** The holder may read the token in Slack, and nobody else. */
export const mayShowToken = (r: AccessRequest): boolean =>
  (r.state === "active" || r.state === "delivering") && !r.hidden;

/** Nothing is left of it when all is at rest: its token must be in Slack. */
export const mustShowToken = (r: AccessRequest): boolean => r.state === "active" && !r.hidden;

/** When it changes by itself next, as far as a jump of the clock wants to know. */
export function nextTurn(r: AccessRequest, reminders: readonly number[], now: number): number | undefined {
  if (r.state === "pending" || r.state === "requested") return r.closesAt;
  if (r.state !== "active") return undefined;
  const turns = [...reminders.map((lead) => r.expiresAt - lead), r.expiresAt];
  return turns.filter((at) => at > now).sort((a, b) => a - b)[0];
}

export const endsAt = (r: AccessRequest): number | undefined => ("expiresAt" in r ? r.expiresAt : undefined);

export interface Expected {
  slot: string;
  channel: string;
  ts: string;
  message: Message;
}

/** The messages that must stand in Slack, as they must be drawn; a token is shown beside what is drawn here. */
export function expected(r: AccessRequest, context: (slot: Slot) => ViewContext): Expected[] {
  return [...faces(r)].flatMap(([slot, face]) => {
    const sent = r.messages[slot];
    if (!sent || sent.ts === "") return [];
    return [{ slot, channel: sent.channel, ts: sent.ts, message: drawFace(r, slot, face, context(slot), false) }];
  });
}

export const isShared = (slot: string): boolean => slot === "card" || slot === "alert";

/** Says to whoever reads it that the token works no more. */
export const SAYS_ENDED = /\bEnded\b|refuses the token|已结束|拒绝该令牌/;
