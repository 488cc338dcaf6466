/**
 * Builds the list of messages that a request should have in Slack, from its record alone. The states choose from it, and
 * draw.ts posts, edits and deletes until Slack shows them. Nothing here calls Slack or changes a record.
 */
import type { Bot } from "../../bot.ts";
import { channelFor } from "../../policy/roles.ts";
import { MINUTE, SECOND } from "../../request/durations.ts";
import type { UserId } from "../../request/ids.ts";
import type { Request } from "../../request/record.ts";
import type { Face } from "../../slack/messages/draw.ts";

/** One message that should be in Slack: its name, its place, and the drawing (face) that it shows. */
export interface WantedMessage {
  /** Its name among the request's messages, such as "card": its place is noted under it. */
  key: string;
  to: { channel: string } | { dm: UserId };
  face: Face;
  /** In the thread of the request's card. */
  inThread?: boolean;
}

/** The card in the role's approvals channel, in every state from waiting on. */
export const approvalCard = ({ config }: Bot, { role }: Request): WantedMessage => ({
  key: "card",
  to: { channel: channelFor(config, role) },
  face: "card",
});

/** A message in the requester's DM. */
export const dmMessage = (request: Request, key: string, face: Face): WantedMessage => ({
  key,
  to: { dm: request.requester },
  face,
});

/** The one message to an asker who asked for somebody else: posted when it is decided, and edited from then on. */
export const answerToAsker = ({ askedBy, requester, outcome }: Request): WantedMessage[] =>
  askedBy === requester || isWithdrawnBy(askedBy, outcome)
    ? []
    : [{ key: "asker", to: { dm: askedBy }, face: "asker" }];

/** Each token has a message of its own. */
export const tokenKey = (number: number): string => `token-${number}`;
export const isTokenKey = (key: string): boolean => key.startsWith("token-");

/** Returns the messages of the states ending and closed. */
export function endMessages(bot: Bot, request: Request): WantedMessage[] {
  const notice: WantedMessage = {
    ...approvalCard(bot, request),
    key: "notice",
    face: "notice",
    inThread: true,
  };
  return [...finalMessages(bot, request), ...(needsNotice(request) ? [notice] : [])];
}

/** The channel is told of an end that is not confirmed, of a leak, and of access that failed. */
const needsNotice = ({ ending, prolongedBy }: Request): boolean =>
  ending?.unconfirmedAt != null ||
  (ending?.cause === "leaked" && prolongedBy === null) ||
  ending?.cause === "failed";

const isWithdrawnBy = (user: UserId, outcome: Request["outcome"]): boolean =>
  outcome?.kind === "withdrawn" && outcome.by === user;

/**
 * The card, and one receipt in the DM; none when another request prolonged the access. A requester who withdrew it read so
 * at once: they get no receipt, but the message of access approved for later is edited.
 */
function finalMessages(bot: Bot, request: Request): WantedMessage[] {
  const { requester, prolongedBy, outcome, approvals } = request;
  const isOwn = isWithdrawnBy(requester, outcome);
  const isSilent = prolongedBy !== null || (isOwn && approvals.length === 0);
  const receipt = isSilent ? [] : [dmMessage(request, isOwn ? "scheduled" : "receipt", "receipt")];
  return [approvalCard(bot, request), ...receipt, ...answerToAsker(request)];
}

/** Messages wait this long for the next state, so that a quick change is drawn once and nothing flickers. */
const SEEN_WITHIN = 2 * SECOND;
/** The other messages wait this long for the first token while Slack asks to wait. */
const TOKEN_FIRST = 3 * MINUTE;

/** Returns until when all messages but tokens wait for the next state or the first token, ms since the epoch; 0: not. */
export function drawMessagesFrom(bot: Bot, request: Request): number {
  const { state, grantedAt, activeAt, token, ending, trouble } = request;
  if (state === "ending" && ending?.deletedAt == null && ending?.trouble === null)
    return ending.at + SEEN_WITHIN;
  if (grantedAt === null || trouble !== null) return 0;
  if (state === "granting") return grantedAt + SEEN_WITHIN;
  const isFirst = state === "active" && token.number === 1 && !token.hidden && deliversByDm(bot, request);
  if (!isFirst) return 0;
  return bot.slack.isAskedToWait() ? (activeAt ?? grantedAt) + TOKEN_FIRST : grantedAt + SEEN_WITHIN;
}

/** Returns whether a DM holds the token; false: the role has `delivery: reveal`, and no message ever does. */
export const deliversByDm = ({ config }: Bot, { role }: Request): boolean =>
  config.roles[role]?.delivery !== "reveal";
