/** Times in forms: which are offered, and what was chosen or typed. */
import type { Bot } from "../../bot.ts";
import { DAY, formatDuration, HOUR, MINUTE } from "../../request/durations.ts";
import type { UserId } from "../../request/ids.ts";
import type { Locale } from "../../request/people.ts";
import { Refused } from "../../request/refused.ts";
import { wordsFor } from "../../slack/text/index.ts";
import { parseTerms, startTime } from "../times.ts";
import type { Inputs } from "./form.ts";
import type { Choice } from "./inputs.ts";

const SHORTEST_OFFERED = 15 * MINUTE;
const ROUND_TIMES = [
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  3 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  90 * DAY,
  180 * DAY,
  365 * DAY,
];

/** Round times, and the longest that is allowed; none below 15 minutes. */
export const timesUpTo = (longest: number): number[] =>
  [...ROUND_TIMES.filter((ms) => ms < longest), longest].filter((ms) => ms >= SHORTEST_OFFERED);

export const timeChoices = (times: readonly number[], locale: Locale): Choice[] =>
  times.map((ms) => ({ value: formatDuration(ms), text: wordsFor(locale).messages.span(ms) }));

/** Returns the typed time, else the chosen one, ms; null when there is neither. Throws Refused. */
export function readTime({ other, time }: Inputs): number | null {
  const typed = other ?? time;
  if (typed === undefined) return null;
  const { duration, start, reason } = parseTerms(typed);
  if (duration === null || start || reason !== "") throw new Refused("bad-time", { typed });
  return duration;
}

/** By the clock of who fills it in. Throws Refused, SlackAway. */
export async function readStart(bot: Bot, user: UserId, { start: typed }: Inputs): Promise<number | null> {
  if (typed === undefined) return null;
  const { start, reason } = parseTerms(/^(from\s|从)/i.test(typed) ? typed : `from ${typed}`);
  if (!start || reason !== "") throw new Refused("bad-start", { typed });
  const { zone } = await bot.slack.person(user, HOUR);
  return startTime(start, { now: bot.clock.now(), zone });
}

/** As one would type it: 2026-12-24 09:00. */
export async function typedStart(bot: Bot, user: UserId, at: number | null | undefined): Promise<string> {
  if (at == null) return "";
  const { zone } = await bot.slack.person(user, HOUR);
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(
    at,
  );
}
