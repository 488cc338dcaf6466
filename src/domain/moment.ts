/** A moment as people write it, at the beginning of a text: "22:00", "10pm", "tomorrow 09:00", "2026-11-27 09:00", "明天上午9点", an ISO time. Pure. */

/** `at`: whatever the time zone. Else by the writer's own clock: the next time that it shows this, so many days ahead, or on a date. */
export type Moment = { at: number } | { day: Day; minutes: number };
export type Day = "next" | 0 | 1 | 2 | CalendarDate;
/** 2026-11-27 */
export type CalendarDate = `${number}-${number}-${number}`;

interface Read<T> {
  is: T;
  /** Where it ends in the text, and the spaces after it. */
  end: number;
}
export type LeadingMoment = Read<Moment>;

/** Of a text in lower case and narrow. Null when it does not begin with one that ends at a space. */
export function leadingMoment(text: string): LeadingMoment | null {
  const absolute = leadingIso(text);
  if (absolute) return absolute;
  const day = leadingDay(text);
  const clock = leadingClock(text.slice(day?.end ?? 0), day?.half);
  if (!clock) return null;
  const end = (day?.end ?? 0) + clock.end;
  const after = day ? null : dayAfter(text.slice(end), clock.is);
  return { is: { day: day?.is ?? after?.is ?? "next", minutes: clock.is }, end: end + (after?.end ?? 0) };
}

/** As it may be typed; what leadingMoment reads back as the same. */
export function formatMoment(moment: Moment): string {
  if ("at" in moment) return `${new Date(moment.at).toISOString().slice(0, 16)}Z`;
  const { day, minutes } = moment;
  const clock = [Math.floor(minutes / 60), minutes % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  if (day === "next") return clock;
  return `${typeof day === "number" ? DAY_NAMES[day] : day} ${clock}`;
}

const DAY_NAMES = { 0: "today", 1: "tomorrow", 2: "the day after tomorrow" } as const;

const ISO = /^(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?(z|[+-]\d\d:?\d\d)(?=\s|$)\s*/;

function leadingIso(text: string): LeadingMoment | null {
  const [whole, date = "", clock = "", zone = ""] = ISO.exec(text) ?? [];
  if (whole === undefined || !isDate(date)) return null;
  const offset = zone === "z" ? "Z" : zone.replace(/^(...):?/, "$1:");
  const at = Date.parse(`${date}T${clock}${offset}`);
  return Number.isNaN(at) ? null : { is: { at }, end: whole.length };
}

/** Which part of the day a word for it leaves. */
type Half = "am" | "pm" | "night" | undefined;

const WORDS: readonly [RegExp, Day, Half?][] = [
  [/^today(?![\p{L}\p{N}_-])/u, 0],
  [/^tomorrow(?![\p{L}\p{N}_-])/u, 1],
  [/^(?:the\s+)?day\s+after\s+tomorrow(?![\p{L}\p{N}_-])/u, 2],
  [/^今[天日]/u, 0],
  [/^今早/u, 0, "am"],
  [/^今晚上?/u, 0, "night"],
  [/^明[天日]/u, 1],
  [/^明早/u, 1, "am"],
  [/^明晚上?/u, 1, "night"],
  [/^后天/u, 2],
];
const DATE = /^(\d{4})(?:-(\d{1,2})-(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号])/;
/** Between a day and its time. */
const GAP = /^(?:,?\s+at\s+|,?\s+|t(?=\d)|\s*的\s*)?/;

function leadingDay(text: string): (Read<Day> & { half: Half }) | null {
  for (const [word, is, half] of WORDS) {
    const said = word.exec(text)?.[0];
    if (said) return { is, half, end: afterGap(text, said.length) };
  }
  const [whole, year, ...rest] = DATE.exec(text) ?? [];
  const [month, day] = rest.filter((part) => part !== undefined);
  if (whole === undefined) return null;
  const date = [year, month?.padStart(2, "0"), day?.padStart(2, "0")].join("-");
  return isDate(date) ? { is: date, half: undefined, end: afterGap(text, whole.length) } : null;
}

const AFTER =
  /^(?:on\s+)?(today|tomorrow|(?:the\s+)?day\s+after\s+tomorrow|[今明后]天|\d{4}-\d{1,2}-\d{1,2})(?:\s+(morning|afternoon|evening|night))?(?=\s|$)\s*/;
/** From hour to hour: "8:00 tomorrow evening" is nobody's. */
const PARTS: Record<string, readonly [number, number]> = {
  morning: [0, 12],
  afternoon: [12, 18],
  evening: [17, 24],
  night: [18, 24],
};

/** Behind its time, as people say it as well: "10pm tomorrow", "09:00 on 2026-11-27". */
function dayAfter(text: string, minutes: number): Read<Day> | null {
  const [whole = "", said = "", part = ""] = AFTER.exec(text) ?? [];
  const [from, to] = PARTS[part] ?? [0, 24];
  if (minutes < from * 60 || minutes >= to * 60) return null;
  const day = leadingDay(said);
  return day && { is: day.is, end: whole.length };
}

const afterGap = (text: string, end: number): number => end + (GAP.exec(text.slice(end))?.[0].length ?? 0);

/** 31 February is none. */
const isDate = (text: string): text is CalendarDate => {
  const at = Date.parse(`${text}T00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};

const CLOCK =
  /^(凌晨|早上|上午|中午|下午|傍晚|晚上)?\s*(\d{1,2})(?::(\d\d)|\s*[点时](?:(半)|(\d{1,2})分?)?整?)?\s*([ap]m)?(?:开始|起)?(?=\s|$)\s*/;
const HALVES: Record<string, Half> = {
  凌晨: "am",
  早上: "am",
  上午: "am",
  下午: "pm",
  傍晚: "night",
  晚上: "night",
};

/** Minutes since midnight. */
function leadingClock(text: string, of: Half): Read<number> | null {
  const [whole, said = "", hour, minute, thirty, few, suffix] = CLOCK.exec(text) ?? [];
  // A number alone is no time of day.
  if (whole === undefined || !/[:点时]|[ap]m/.test(whole)) return null;
  const half = HALVES[said] ?? of;
  const hours = suffix
    ? twelve(Number(hour), suffix, half)
    : said === "中午"
      ? atNoon(Number(hour))
      : hoursIn(Number(hour), half);
  const minutes = thirty ? 30 : Number(minute ?? few ?? 0);
  if (hours === null || minutes > 59) return null;
  return { is: hours * 60 + minutes, end: whole.length };
}

/** "10pm": of twelve hours, and said once. */
const twelve = (hour: number, suffix: string, said: Half): number | null =>
  hour < 1 || hour > 12 || said ? null : (hour % 12) + (suffix === "pm" ? 12 : 0);

const atNoon = (hour: number): number | null => (hour >= 11 && hour <= 13 ? hour : hour === 1 ? 13 : null);

/** Twelve at night is which day's? */
function hoursIn(hour: number, half: Half): number | null {
  if (hour > 23 || (half && hour === 0) || (half === "night" && hour === 12)) return null;
  if (half === "am") return hour > 12 ? null : hour % 12;
  return half && hour <= 12 ? (hour % 12) + 12 : hour;
}
