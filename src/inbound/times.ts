/**
 * Times in a command: how long, and from when. What looks like a time and has none of the forms that work is refused:
 * it is never taken for the reason, and nothing is guessed.
 */
import { DAY, MINUTE, parseDuration } from "../request/durations.ts";
import { Refused } from "../request/refused.ts";
import { AFTER_A_START, BEGINS_A_START, IN_A_REASON, SECOND_WORD, STARTS_WITH_A_TIME } from "./time-like.ts";

/** A start as it was typed: a moment, or a time of day on the typist's clock. */
export type When = { typed: string } & (
  | { at: number }
  | { day: "next" | "tomorrow" | CalendarDate; minutes: number }
);
/** 2026-12-24 */
type CalendarDate = `${number}-${number}-${number}`;

export interface ParsedTerms {
  /** Milliseconds; null when none was typed. */
  duration: number | null;
  start: When | null;
  /** Escaped, as Slack sent it. */
  reason: string;
}

/** `[TIME] [from WHEN] [REASON…]`. Throws Refused. */
export function parseTerms(text: string): ParsedTerms {
  const time = takeDuration(text);
  if (!time) refuse(SECOND_WORD, text);
  const start = takeStart(time?.rest ?? text);
  const reason = start?.rest ?? time?.rest ?? text;
  if (start) refuse(AFTER_A_START, reason);
  // After a time that was read the reason may speak of others: "fix deploy for 2 hours outage".
  if (time) refuseSecond(reason);
  else refuse(IN_A_REASON, reason);
  return { duration: time?.duration ?? null, start: start?.when ?? null, reason };
}

/** Full-width letters and digits as narrow ones, each in its place, and all in lower case. */
const plain = (text: string): string => narrow(text).toLowerCase();
export const narrow = (text: string): string =>
  text.replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));

/** Named up to the end of its word: of `2h,` the comma is what is wrong. */
function refuse(likeATime: RegExp, text: string): void {
  const line = plain(text);
  const found = likeATime.exec(line);
  if (!found) return;
  const [restOfWord = ""] = /^\S+/.exec(line.slice(found.index + found[0].length)) ?? [];
  const typed = `${found[0]}${restOfWord}`.trim();
  throw new Refused(BEGINS_A_START.test(typed) ? "bad-start" : "bad-time", { typed });
}

/** Behind one time another in a form that works is none of the reason: 8h 30m, 8h 22:00. */
function refuseSecond(reason: string): void {
  const when = WHEN.exec(plain(reason).replace(FROM, ""));
  if (when) throw new Refused("bad-start", { typed: when[0] });
  if (takeDuration(reason)) throw new Refused("bad-time", { typed: firstWord(reason) });
}

const UNITS_ZH: Record<string, string> = { 天: "d", 小时: "h", 分钟: "m" };
/** Also as the bot writes it: 1 小时 30 分钟. */
const TIME_ZH = /^(?:\d{1,6}\s*(?:天|小时|分钟)\s*)+(?=\s|$)/;

/** Null: the text does not begin with one. */
export function takeDuration(text: string): { duration: number; rest: string } | null {
  const [typed = ""] = TIME_ZH.exec(plain(text)) ?? /^\S+/.exec(text) ?? [];
  const narrowed = plain(typed).replace(/\s/g, "");
  const duration = parseDuration(narrowed.replace(/天|小时|分钟/g, (unit) => UNITS_ZH[unit] ?? unit));
  return duration === null ? null : { duration, rest: text.slice(typed.length).trimStart() };
}

const FROM = /^(?:from\s+|从\s*)/;
const CLOCK = "([01]?\\d|2[0-3]):([0-5]\\d)";
const WHEN = new RegExp(
  `^(?:(?<day>tomorrow\\s+|明天\\s*|\\d{4}-\\d\\d-\\d\\d(?:t|\\s+))?${CLOCK}|(?<iso>\\d{4}-\\d\\d-\\d\\dt(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d{1,9})?)?(?:z|[+-]\\d\\d:?\\d\\d)))(?=\\s|$)`,
);

/** Null when the text begins with no start: "from the docs team" belongs to the reason. */
function takeStart(text: string): { when: When; rest: string } | null {
  const from = FROM.exec(plain(text))?.[0];
  if (from === undefined) return null;
  const after = plain(text).slice(from.length);
  const found = WHEN.exec(after);
  const when = found && readWhen(found);
  if (!found || !when) {
    if (STARTS_WITH_A_TIME.test(after))
      throw new Refused("bad-start", { typed: `${from}${firstWords(after)}` });
    return null;
  }
  return { when, rest: text.slice(from.length + found[0].length).trimStart() };
}

const firstWord = (text: string): string => /^\S+/.exec(text)?.[0] ?? "";
const firstWords = (text: string): string => /^\S+(?:\s+\S+)?/.exec(text)?.[0] ?? "";

function readWhen(found: RegExpExecArray): When | null {
  const { day = "", iso } = found.groups ?? {};
  const typed = found[0];
  if (iso) return isDate(iso.slice(0, 10)) ? { typed, at: Date.parse(iso.toUpperCase()) } : null;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  if (day === "") return { typed, day: "next", minutes };
  if (!/^\d/.test(day)) return { typed, day: "tomorrow", minutes };
  const date = day.slice(0, 10);
  return isDate(date) ? { typed, day: date, minutes } : null;
}

/** 31 February is none. */
function isDate(text: string): text is CalendarDate {
  const at = Date.parse(`${text}T00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** When it begins, by the clock of that zone. Throws Refused for a time that is over, or that the clock skips. */
export function startTime(when: When, { now, zone }: { now: number; zone: string }): number {
  const today = shownBy(now, zone).slice(0, 10) as CalendarDate;
  const times =
    "at" in when
      ? [when.at]
      : datesFor(when.day, today).flatMap((date) => timesOfDay(date, when.minutes, zone));
  const start = times.find((at) => at > now - MINUTE);
  if (start === undefined) throw new Refused("bad-start", { typed: when.typed });
  return start;
}

function datesFor(day: "next" | "tomorrow" | CalendarDate, today: CalendarDate): CalendarDate[] {
  const later = (days: number) =>
    new Date(Date.parse(`${today}T00:00Z`) + days * DAY).toISOString().slice(0, 10) as CalendarDate;
  if (day === "next") return [today, later(1)];
  return [day === "tomorrow" ? later(1) : day];
}

/** Returns the wall clock of that zone, as 2026-12-24T09:00. */
function shownBy(at: number, zone: string): string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return format.format(at).replace(" ", "T");
}

/** The moments at which the clock shows this: none where it skips them, two where it is put back. */
function timesOfDay(date: CalendarDate, minutes: number, zone: string): number[] {
  const wanted = Date.parse(`${date}T00:00Z`) + minutes * MINUTE;
  // No zone changes its offset twice within two days.
  const offsets = [wanted - DAY, wanted + DAY].map((at) => Date.parse(`${shownBy(at, zone)}Z`) - at);
  const times = [...new Set(offsets.map((offset) => wanted - offset))].sort((a, b) => a - b);
  return times.filter((at) => Date.parse(`${shownBy(at, zone)}Z`) === wanted);
}
