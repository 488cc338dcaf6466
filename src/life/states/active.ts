/**
 * active: the holder has access; the binding exists, and the token is in the DM (or shown at a click). The step reminds
 * the holder before the end, asks whether unused access is still needed (life/idle.ts), and leads to ending when the time
 * is up or nobody answers. People end access sooner in actions/.
 */
import type { Bot } from "../../bot.ts";
import { idleDueAt } from "../../policy/idle.ts";
import { DAY, HOUR } from "../../request/durations.ts";
import { type ActiveRequest, isActive, type Request } from "../../request/record.ts";
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

/** Ends the access as of its end, not as of now: the bot may not have been running then. */
const timeIsUp: Decision = {
  event: "request.ended",
  by: null,
  change: (request) => (isActive(request) ? startEnding(request, { cause: "time" }, request.endsAt) : null),
};

/** Notes the reminder in the record: its message then follows. */
const noteReminder = (bot: Bot): Decision => ({
  event: "access.reminded",
  by: null,
  change: (request) => {
    const reminder = isActive(request) ? dueReminder(bot, request) : null;
    return reminder === null ? null : { ...request, reminded: reminder };
  },
});

/**
 * Returns how long before the end the holder is reminded, ms, longest first. A reminder must be due after the access
 * began; one of an hour or more is only for access of a day or more.
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

/** Returns the last reminder that is due and not noted: only one is sent when several came due at once. */
function dueReminder(bot: Bot, request: ActiveRequest): number | null {
  const due = remindersFor(bot, request).filter((before) => request.endsAt - before <= bot.clock.now());
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
