/**
 * active: the binding exists, and the token is in the DM (or shown at a click). The step reminds the holder
 * before the end, asks whether unused access is still needed and ends it without an answer (life/idle.ts), and at the
 * end leads to ending. How a person ends access sooner is in actions/.
 */
import type { Bot } from "../../bot.ts";
import { idleDueAt } from "../../policy/idle.ts";
import { DAY, HOUR } from "../../request/durations.ts";
import type { Request } from "../../request/record.ts";
import { grantedTime, startEnding } from "../../request/transitions.ts";
import { idleDecision, idleQuestion } from "../idle.ts";
import {
  answerToAsker,
  approvalCard,
  deliversByDm,
  dmMessage,
  tokenKey,
  type WantedMessage,
} from "../messages/wanted.ts";
import type { Decision, LifeState } from "../state.ts";

export const active = {
  dueAt: (bot, request) =>
    Math.min(
      request.endsAt ?? 0,
      nextReminder(bot, request)?.at ?? Number.POSITIVE_INFINITY,
      idleDueAt(bot.config, request),
    ),
  step: async (bot, request) => {
    const now = bot.clock.now();
    if (now >= (request.endsAt ?? 0)) return timeIsUp;
    const reminder = nextReminder(bot, request);
    return reminder && now >= reminder.at ? noteReminder(bot) : idleDecision(bot, request);
  },
  messages: activeMessages,
} satisfies LifeState;

/** Its moment is when it was due: the bot may not have been running then. */
const timeIsUp: Decision = {
  event: "request.ended",
  by: null,
  change: (request) =>
    request.state === "active" ? startEnding(request, { cause: "time" }, request.endsAt ?? 0) : null,
};

const noteReminder = (bot: Bot): Decision => ({
  event: "access.reminded",
  by: null,
  change: (request) => {
    const reminder = request.state === "active" ? dueReminder(bot, request) : null;
    return reminder === null ? null : { ...request, reminded: reminder };
  },
});

/**
 * How long before the end the holder is reminded, longest first; none from before the access began, and one of an hour or
 * more only for access of a day or more.
 */
function remindersFor({ config }: Bot, request: Request): number[] {
  const { activeAt, endsAt, prolongedBy } = request;
  if (prolongedBy !== null || activeAt === null || endsAt === null) return [];
  const isLong = grantedTime(request) >= DAY;
  return config.reminders
    .filter((before) => endsAt - before > activeAt && (isLong || before < HOUR))
    .sort((a, b) => b - a);
}

function nextReminder(bot: Bot, request: Request): { at: number } | null {
  const left = remindersFor(bot, request).filter(
    (before) => request.reminded === null || before < request.reminded,
  );
  const [next] = left;
  return next === undefined || request.endsAt === null ? null : { at: request.endsAt - next };
}

/** Of several reminders that came due at once only the last is sent. */
function dueReminder(bot: Bot, request: Request): number | null {
  const due = remindersFor(bot, request).filter(
    (before) => (request.endsAt ?? 0) - before <= bot.clock.now(),
  );
  const last = due.at(-1);
  return last === undefined || (request.reminded !== null && last >= request.reminded) ? null : last;
}

function activeMessages(bot: Bot, request: Request): WantedMessage[] {
  const { reminded, prolongedBy, token } = request;
  const reminder =
    reminded !== null && prolongedBy === null ? [dmMessage(request, `reminder-${reminded}`, "reminder")] : [];
  const access = deliversByDm(bot, request)
    ? dmMessage(request, tokenKey(token.number), "token")
    : dmMessage(request, "reveal", "reveal");
  return [
    approvalCard(bot, request),
    access,
    ...reminder,
    ...idleQuestion(request),
    ...answerToAsker(request),
  ];
}
