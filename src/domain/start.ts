/** When access is to begin, where that is not at once: "from 22:00", "从明天9点": as typed, and as a time. Pure. */
import { toNarrow } from "./amount.ts";
import { DAY, MINUTE } from "./duration.ts";
import { type CalendarDate, type Day, formatMoment, leadingMoment, type Moment } from "./moment.ts";
import { NUMBER_WORD, NUMERAL_ZH } from "./number-word.ts";
import { Refused } from "./refusal.ts";
import { looksLikeMoment } from "./typed-time.ts";
import { dateIn, timesOfDay } from "./zone.ts";

/** Understood, or merely looking like one: never the reason by mistake. */
export type TypedStart = Moment | { unclear: string };

export interface TakenStart {
  start: TypedStart;
  /** What follows. */
  rest: string;
}

/** So far ahead at the most. */
export const START_WITHIN_MS = 14 * DAY;

const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const WEEKDAY = "(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?";
const WEEKDAY_ZH = "(?:下下?|本|这)?个?(?:周|星期|礼拜)[一二三四五六日天末]";

const WORD_ENDS = String.raw`(?![\p{L}\p{N}_'’-])`;

/** A day or an hour by its name, or so long from now, which nobody knows for certain. */
const NAMED = new RegExp(
  `^(?:${[
    String.raw`in\s+(?:\d|an?\s|half\s|${NUMBER_WORD}\s+(?:minute|hour|day|week)s?${WORD_ENDS})`,
    String.raw`(?:a\s+)?quarter\s+(?:to|past)\s+(?:\d|${NUMBER_WORD}${WORD_ENDS})`,
    String.raw`(?:(?:next|this|last|on)\s+)?${WEEKDAY}${WORD_ENDS}`,
    String.raw`(?:yesterday|tonight|noon|midnight|last\s+(?:night|week|month))${WORD_ENDS}`,
    // "从昨天开始报错" tells of what it is for.
    String.raw`(?:昨[天日晚早夜]|大?前天|上个?(?:周|星期|礼拜|月))(?!\S*?(?:开始|起)\p{L})`,
    String.raw`(?:next|this)\s+(?:week|month|morning|afternoon|evening|night|hour)${WORD_ENDS}`,
    String.raw`${MONTH}\.?\s+\d|the\s+\d`,
  ].join("|")})`,
  "u",
);

const FROM = /^(?:from\s+|从\s*)/;
/** Said of what it is for as well, as a day is. */
const STARTING = /^(?:starting|beginning)\s+(?:(?:from|at|on)\s+)?/;
const AT = /^(?:(?:at|on)\s+|[在于]\s*)/;
const ZONE_NAME = [
  String.raw`(?:(?:utc|gmt)\s?)?[+-]\d{1,2}(?::?\d\d)?`,
  "z|utc|gmt|[ecmp]t|ist|jst|kst|sgt|hkt|bst|cest|cet|eest|eet|msk|[aecmp]dt|[aecmp]st|a[ecw][ds]t|nz[ds]t",
  String.raw`(?:eastern|central|mountain|pacific|european)\s+(?:(?:standard|daylight|summer)\s+)?time`,
  String.raw`(?:beijing|china|tokyo|singapore|india|berlin|london|uk|new\s+york|us)\s+time`,
].join("|");
const ZONE_ZH = "(?:北京|东京|新加坡|柏林|伦敦|纽约|美东|美西)时间";
/** Whose clock, beside a time of day: nobody's is gone by but the writer's own, which is the local one. */
const ZONE = new RegExp(String.raw`^\(?(?:(?:${ZONE_NAME})(?=[\s,。)]|$)|${ZONE_ZH})\)?\s*`);
/** "24/7", "3/4 nodes", "2/3 of the pods". */
const NO_DATE = String.raw`24/7|\d/\d\s+(?:of|[a-z]+s)(?![a-z])`;
const COUNT_ZH = String.raw`(?:\d{1,2}|${NUMERAL_ZH})`;
/** A day that is said behind a time, where it is not understood: the next such time is another. */
const DAY_BEHIND = new RegExp(
  `^(?:(?:on|of)\\s+)?(?:${[
    String.raw`today|tonight|tomorrow|(?:the\s+)?day\s+after\s+tomorrow`,
    String.raw`(?:(?:next|this)\s+)?${WEEKDAY}|(?:next|this)\s+(?:week|month|morning|afternoon|evening|night)`,
    String.raw`in\s+(?:\d{1,2}|an?|${NUMBER_WORD})\s+(?:day|week|month)s?(?:['’]s?\s+time)?`,
    String.raw`(?:the\s+)?\d{1,2}(?:st|nd|rd|th)|\d{1,2}\s+${MONTH}|${MONTH}\.?\s+\d{1,2}(?:st|nd|rd|th)?`,
    String.raw`(?!${NO_DATE})[0-3]?\d/[0-3]?\d(?:/\d{2,4})?|[0-3]?\d\.[01]?\d\.(?:(?:20)?[2-9]\d)?`,
    String.raw`\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?:\d{4}年)?${COUNT_ZH}月${COUNT_ZH}[日号]|明[天日早晚]|大?后天`,
    // "7日均值", "3号机" and "2号节点" are no days.
    String.raw`\d{1,2}(?:日(?![志均内留])|号(?![机楼库线柜站]|节点|集群|服务))`,
    `${COUNT_ZH}(?:天|个?(?:周|星期|礼拜))[之以]?后`,
    `${WEEKDAY_ZH}|下个?[周月](?![一二三四五六日天末])`,
  ].join("|")})(?![a-z\\d_'’的-])\\s*`,
);
/** "Tonight at 22:00", whose day none knows who reads it after midnight. */
const TONIGHT =
  /^(?:tonight(?:\s+at\s+\d{1,2}(?::\d\d)?(?:\s?[ap]m)?|\s+\d{1,2}(?::\d\d(?:\s?[ap]m)?|\s?[ap]m))|[今明]?晚上?\s*12(?:[点时]\S*|:\d\d))(?=\s|$)\s*/;

/** Null when the text does not begin with one: "from" is a word like any other unless a time follows. `isAtOnce`: it alone is such a word, before a time that is understood. */
export function takeStart(text: string, isAtOnce: boolean): TakenStart | null {
  const plain = toNarrow(text).toLowerCase();
  const from = (FROM.exec(plain) ?? (isAtOnce ? null : STARTING.exec(plain)))?.[0];
  if (from === undefined) return null;
  const found = momentAfter(plain, from.length);
  if (found) {
    const said = { unclear: text.slice(0, found.end).trim() };
    return { start: found.isDark ? said : found.is, rest: text.slice(found.end) };
  }
  const zone = ZONE.exec(plain.slice(from.length))?.[0].length ?? 0;
  const begins = from.length + zone;
  const after = plain.slice(begins);
  if (isAtOnce || (!looksLikeMoment(after) && !NAMED.test(after))) return null;
  const [said = ""] = /^\S+(?:\s+[\d点时:]+\S*)?/.exec(after) ?? [];
  const end = begins + said.length;
  return { start: { unclear: text.slice(0, end) }, rest: text.slice(end) };
}

/** "tomorrow 09:00", "at 22:00": said of the access, and of what it is for as well. Null where it is a mere "22:00". */
export function takeBareStart(text: string): TakenStart | null {
  const plain = toNarrow(text).toLowerCase();
  const at = AT.exec(plain)?.[0].length ?? 0;
  const found = momentAfter(plain, at);
  const tonight = TONIGHT.exec(plain)?.[0];
  if (tonight)
    return { start: { unclear: text.slice(0, tonight.length).trim() }, rest: text.slice(tonight.length) };
  if (!found || ("day" in found.is && found.is.day === "next" && /^\d/.test(plain))) return null;
  return { start: { unclear: text.slice(0, found.end).trim() }, rest: text.slice(found.end) };
}

/** What begins there, and ends behind whose clock and which day it says. `isDark`: only its author knows when that is. */
function momentAfter(plain: string, at: number) {
  const found = leadingMoment(plain.slice(at));
  if (!found) return null;
  const { is } = found;
  const said = at + found.end;
  const end = said + (ZONE.exec(plain.slice(said))?.[0].length ?? 0);
  const isAnyDay = "day" in is && is.day === "next";
  const behind = (isAnyDay && DAY_BEHIND.exec(plain.slice(end))?.[0].length) || 0;
  return { is, end: end + behind, isDark: end + behind > said || isNobodys(is, plain.slice(at, said)) };
}

/** "今晚2点" is after midnight, not 14:00; "上午12点" is noon to one and midnight to another. */
const isNobodys = (is: Moment, said: string): boolean =>
  "day" in is &&
  ((/(?<!傍)晚/.test(said) && is.minutes >= 13 * 60 && is.minutes < 17 * 60) ||
    (/上午|早/.test(said) && is.minutes < 60));

/** As it may be typed. */
export const formatStart = (start: TypedStart): string =>
  "unclear" in start ? start.unclear : `from ${formatMoment(start)}`;

/** Where the writer is, and when. */
export interface Here {
  now: number;
  /** IANA name; of a moment that says its own it is not asked. */
  zone: string;
}

/** Throws Refused: it is over, too far ahead, or no clock of theirs ever shows it. */
export function startAt(moment: Moment, here: Here): number {
  const at = "at" in moment ? moment.at : timeOf(moment, here);
  if (at <= here.now - MINUTE) throw new Refused({ kind: "start-past", at });
  if (at > here.now + START_WITHIN_MS) throw new Refused({ kind: "start-too-far", max: START_WITHIN_MS });
  return at;
}

/** Of an hour that comes twice the first that is not over; one that the clocks skip is none. */
function timeOf({ day, minutes }: { day: Day; minutes: number }, { now, zone }: Here): number {
  const today = dateIn(now, zone);
  const dates = day === "next" ? [0, 1, 2].map((days) => plusDays(today, days)) : [dateOf(day, today)];
  const times = dates.flatMap((date) => timesOfDay(date, minutes, zone));
  const last = times.at(-1);
  if (last === undefined)
    throw new Refused({ kind: "no-such-time", text: formatMoment({ day, minutes }), zone });
  return times.find((at) => at > now - MINUTE) ?? last;
}

const dateOf = (day: Exclude<Day, "next">, today: CalendarDate): CalendarDate =>
  typeof day === "string" ? day : plusDays(today, day);

/** By the calendar: a day need not have 24 hours. */
const plusDays = (date: CalendarDate, days: number): CalendarDate =>
  new Date(Date.parse(`${date}T00:00Z`) + days * DAY).toISOString().slice(0, 10) as CalendarDate;
