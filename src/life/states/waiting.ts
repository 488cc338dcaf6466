/**
 * waiting: the card asks the approvers. By time alone the step reminds them once, asks the fallback approvers too, and at
 * `lapsesAt` closes the request unanswered. People approve (to scheduled or granting), deny or withdraw (to closed) in
 * actions/.
 */
import type { Bot } from "../../bot.ts";
import { approvalRule } from "../../policy/roles.ts";
import type { Request } from "../../request/record.ts";
import { decideNudged, decideUnanswered, lapseDecision } from "../decisions.ts";
import { approvalCard, dmMessage, type WantedMessage } from "../messages/wanted.ts";
import type { Decision, LifeState } from "../state.ts";

export const waiting = {
  dueAt: (bot, request) => Math.min(nudgeAt(bot, request), fallbackAt(bot, request), request.lapsesAt),
  step: async (bot, request) => {
    const now = bot.clock.now();
    if (now >= request.lapsesAt) return lapseDecision(bot, request, decideUnanswered(bot));
    if (now >= fallbackAt(bot, request)) return fallenBack;
    if (now >= nudgeAt(bot, request)) return decideNudged(null);
    return null;
  },
  messages: waitingMessages,
} satisfies LifeState;

const fallenBack: Decision = {
  event: "request.escalated",
  by: null,
  change: (request) =>
    request.state === "waiting" && !request.fallback ? { ...request, fallback: true } : null,
};

/** When the approvers are reminded, ms: after the role's `remind`, or after half of the time to decide; once by time. */
function nudgeAt({ config }: Bot, { role, askedAt, lapsesAt, nudges }: Request): number {
  if (nudges > 0) return Number.POSITIVE_INFINITY;
  return askedAt + (approvalRule(config, role)?.remind ?? (lapsesAt - askedAt) / 2);
}

function fallbackAt({ config }: Bot, { role, askedAt, fallback }: Request): number {
  const after = approvalRule(config, role)?.fallback?.after;
  return fallback || after === undefined ? Number.POSITIVE_INFINITY : askedAt + after;
}

function waitingMessages(bot: Bot, request: Request): WantedMessage[] {
  const call: WantedMessage = {
    ...approvalCard(bot, request),
    key: `call-${callNumber(request)}`,
    face: "notice",
    inThread: true,
  };
  return [
    approvalCard(bot, request),
    // The asker was answered at once; a requester who did not ask themselves hears of it here.
    ...(request.askedBy === request.requester ? [] : [dmMessage(request, "waiting", "waiting")]),
    ...(callNumber(request) > 0 ? [call] : []),
  ];
}

/** Each call to the approvers is a new message; the message of the call before is deleted. */
const callNumber = ({ nudges, fallback }: Request): number => nudges + (fallback ? 1 : 0);
