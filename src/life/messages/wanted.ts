/** Which messages a request wants, as they follow from its record; the slack queue draws the difference. */
import type { Bot } from "../../bot.ts";
import { channelFor } from "../../policy/roles.ts";
import { MINUTE, SECOND } from "../../request/durations.ts";
import type { UserId } from "../../request/ids.ts";
import type { Request } from "../../request/record.ts";
import type { Face } from "../../slack/messages/draw.ts";

export interface WantedMessage {
  /** Its name among the request's messages: what is noted beside the record. */
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

/** A message in the DM of whose access it is. */
export const dmMessage = (request: Request, key: string, face: Face): WantedMessage => ({
  key,
  to: { dm: request.requester },
  face,
});

/** Who asked for somebody else gets one message when it is decided, which is edited from then on. */
export const answerToAsker = ({ askedBy, requester, outcome }: Request): WantedMessage[] =>
  askedBy === requester || isWithdrawnBy(askedBy, outcome)
    ? []
    : [{ key: "asker", to: { dm: askedBy }, face: "asker" }];

/** Each token has a message of its own. */
export const tokenKey = (number: number): string => `token-${number}`;
export const isTokenKey = (key: string): boolean => key.startsWith("token-");

/** The messages of ending, and of closed. */
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
 * The card, and one receipt in the DM; none where another request prolonged the access. Who withdrew it read that at once:
 * what was approved for later is only edited.
 */
function finalMessages(bot: Bot, request: Request): WantedMessage[] {
  const { requester, prolongedBy, outcome, approvals } = request;
  const isOwn = isWithdrawnBy(requester, outcome);
  const isSilent = prolongedBy !== null || (isOwn && approvals.length === 0);
  const receipt = isSilent ? [] : [dmMessage(request, isOwn ? "scheduled" : "receipt", "receipt")];
  return [approvalCard(bot, request), ...receipt, ...answerToAsker(request)];
}

/** Within two seconds something is seen; what follows sooner is drawn alone, so that nothing flickers. */
const SEEN_WITHIN = 2 * SECOND;
/** While Slack asks to wait, tokens come first: the other messages wait so long for the first one. */
const TOKEN_FIRST = 3 * MINUTE;

/** Until when the messages other than tokens wait for what comes in a moment; 0: they do not. */
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

/** False: the role has `delivery: reveal`, so no message ever holds the token. */
export const deliversByDm = ({ config }: Bot, { role }: Request): boolean =>
  config.roles[role]?.delivery !== "reveal";
