/** Which messages a request wants, as they follow from its record; the slack queue draws the difference. */
import type { Bot } from "../bot.ts";
import type { UserId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import type { Face } from "../slack/messages/draw.ts";

export interface WantedMessage {
  /** Its name among the request's messages: what is noted beside the record. */
  key: string;
  to: { channel: string } | { dm: UserId };
  face: Face;
  /** In the thread of the request's card. */
  inThread?: boolean;
}

/** Nothing is drawn for a state that lasts a moment: what is shown stays. */
export const KEEP = "keep";

/** The card in the role's approvals channel, in every state from waiting on. */
export function cardOf({ config }: Bot, { role }: Request): WantedMessage {
  const approval = config.roles[role]?.approval;
  const own = approval !== undefined && approval !== "none" ? approval.channel : undefined;
  return { key: "card", to: { channel: own ?? config.slack.channel }, face: "card" };
}

/** A message in the DM of whose access it is. */
export const dmOf = (request: Request, key: string, face: Face): WantedMessage => ({
  key,
  to: { dm: request.requester },
  face,
});

/** Who asked for somebody else sees that it was sent, and can withdraw it. */
export const sentByAsker = ({ askedBy, requester }: Request): WantedMessage[] =>
  askedBy === requester ? [] : [{ key: "sent", to: { dm: askedBy }, face: "asker" }];

/** And gets one answer, which is edited from then on. */
export const answerToAsker = ({ askedBy, requester }: Request): WantedMessage[] =>
  askedBy === requester ? [] : [{ key: "asker", to: { dm: askedBy }, face: "asker" }];

/** Each token has a message of its own. */
export const tokenKey = (number: number): string => `token-${number}`;
export const isTokenKey = (key: string): boolean => key.startsWith("token-");
