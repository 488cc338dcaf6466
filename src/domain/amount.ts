/** An amount of time as people write it, at the beginning of a text: "8h", "8 hours", "1.5h", "2h 30m", "8小时", "半小时". Pure. */
import { DAY, HOUR, MINUTE, SECOND, WEEK } from "./duration.ts";

/** Ordered from the largest: parts of one amount come in this order. */
const UNITS = [
  { ms: 365 * DAY, names: ["y", "yr", "yrs", "year", "years", "年"] },
  { ms: 30 * DAY, names: ["mo", "month", "months", "个月"] },
  { ms: WEEK, names: ["w", "wk", "wks", "week", "weeks", "周", "星期", "个星期", "礼拜", "个礼拜"] },
  { ms: DAY, names: ["d", "day", "days", "天", "日"] },
  { ms: HOUR, names: ["h", "hr", "hrs", "hour", "hours", "小时", "个小时", "钟头", "个钟头"] },
  { ms: 15 * MINUTE, names: ["刻钟"] },
  { ms: MINUTE, names: ["m", "min", "mins", "minute", "minutes", "分", "分钟"] },
  { ms: SECOND, names: ["s", "sec", "secs", "second", "seconds", "秒", "秒钟"] },
] as const;
const UNIT = new Map<string, number>(UNITS.flatMap(({ ms, names }) => names.map((name) => [name, ms])));
/** Months and years differ, and nobody asks for seconds. */
const EXACT: ReadonlySet<number> = new Set([WEEK, DAY, HOUR, MINUTE]);

export const UNIT_NAMES: readonly string[] = [...UNIT.keys()];
export const unitMs = (name: string): number | undefined => UNIT.get(name);

export interface Amount {
  ms: number;
  /** Of its last part. */
  unit: number;
  /** Only whole minutes in units that everybody reads alike, the larger before the smaller. */
  exact: boolean;
  /** Where it ends in the text, and the spaces after it. */
  end: number;
}

const HALF = /^半个?(?:小时|钟头)(?:\s+|$)/u;
/** A number as long as seven digits is none. */
const PART = /(\d{1,6}(?:\.\d{1,6})?)\s*(\p{L}+)(?=\s|\d|$)\s*/uy;

/** Null when the text does not begin with one that ends at a space. */
export function leadingAmount(text: string): Amount | null {
  const half = HALF.exec(text)?.[0];
  if (half) return { ms: HOUR / 2, unit: HOUR, exact: true, end: half.length };
  const parts = leadingParts(text);
  const until = parts.findLastIndex(({ end }) => end === text.length || /\s/.test(text[end - 1] ?? ""));
  const last = parts[until];
  if (!last) return null;
  const taken = parts.slice(0, until + 1);
  const ms = taken.reduce((sum, { count, unit }) => sum + Math.round(count * unit), 0);
  const falling = taken.every(({ unit }, i) => EXACT.has(unit) && unit < (taken[i - 1]?.unit ?? Infinity));
  return { ms, unit: last.unit, exact: falling && ms % MINUTE === 0, end: last.end };
}

function leadingParts(text: string): { count: number; unit: number; end: number }[] {
  const parts = [];
  let end = 0;
  for (;;) {
    PART.lastIndex = end;
    const [whole, count, name = ""] = PART.exec(text) ?? [];
    const unit = UNIT.get(name.toLowerCase());
    if (whole === undefined || unit === undefined) return parts;
    end += whole.length;
    parts.push({ count: Number(count), unit, end });
  }
}

/** A word in lower case, narrow, and without the quotes and marks around it; a person's and a channel's stay what they are. */
export function plainWord(typed: string): string {
  const word = toNarrow(typed).toLowerCase();
  return /[@#\p{L}\p{N}](?:.*[\p{L}\p{N}])?/su.exec(word)?.[0] ?? word;
}

/** Full-width signs, digits and letters as the narrow ones, each in its place. */
export const toNarrow = (text: string): string =>
  text.replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
