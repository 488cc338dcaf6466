/** "two hours", "half an hour", "两小时": what a time in words means. Pure. */
import { unitMs } from "./amount.ts";
import { MINUTE } from "./duration.ts";

const WORDS = [
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];
/** To stand in other patterns. */
export const NUMBER_WORD = `(?:${WORDS.join("|")})`;
export const NUMERAL_ZH = "[零一二两三四五六七八九十]{1,3}";
const TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const VALUES = new Map<string, number>([
  ...WORDS.map((word, i): [string, number] => [word, i + 1]),
  ...TENS.map((word, i): [string, number] => [word, (i + 2) * 10]),
  ["fifteen", 15],
  ["half", 0.5],
]);
const EN =
  /^([a-z]+)(?![\p{L}\p{N}_])(?:[\s-]+(one|two|three|four|five|six|seven|eight|nine)\b)?(\s+and\s+a\s+half)?(?:\s+(?:an?\s+)?([a-z]+)(?![\p{L}\p{N}_])(\s+and\s+a\s+half(?![\p{L}\p{N}_]))?)?\s*/u;
/** With what is left of an hour. "十分" alone is "very", and so it is before what it goes with: "十分感谢". */
const ZH =
  /^(\d{1,6}(?:\.\d{1,6})?|[一二两三四五六七八九十半]+?)\s*(个半)?(个?(?:小时|钟头|星期|礼拜)|个月|刻钟|分钟|天|周)(半?)(?:(\d{1,2}|(?!十分(?!钟)\p{sc=Han})[一二三四五六七八九十]+?)分钟?)?\s*/u;
const DIGITS = "零一二三四五六七八九";

/** `reason`: a number in words, of no time. */
export function leadingNumberWord(text: string): { ms: number; end: number } | "reason" | null {
  return chinese(text) ?? english(text);
}

function english(text: string): { ms: number; end: number } | "reason" | null {
  const [whole = "", first = "", ones = "", before, name = "", after] = EN.exec(text) ?? [];
  const isArticle = first === "a" || first === "an";
  const value = isArticle ? 1 : VALUES.get(first);
  if (value === undefined) return null;
  const unit = unitMs(name);
  // A single letter is no unit's name here: "a d", "one h".
  if (unit === undefined || name.length < 2) return isArticle ? null : "reason";
  return { ms: (value + (VALUES.get(ones) ?? 0) + (before || after ? 0.5 : 0)) * unit, end: whole.length };
}

function chinese(text: string): { ms: number; end: number } | null {
  const [whole, digits = "", before, name = "", after, minutes] = ZH.exec(text) ?? [];
  const unit = unitMs(name);
  // Half a day is four hours to some, and twelve to others.
  if (!whole || unit === undefined || (digits === "半" && name === "天")) return null;
  const ms =
    (numeral(digits) + (before || after ? 0.5 : 0)) * unit + (minutes ? numeral(minutes) * MINUTE : 0);
  const more = /\s$/.test(whole) ? null : chinese(text.slice(whole.length));
  return more && more.ms < unit
    ? { ms: ms + more.ms, end: whole.length + more.end }
    : { ms, end: whole.length };
}

/** In words up to 99. */
function numeral(digits: string): number {
  if (/^\d/.test(digits)) return Number(digits);
  if (digits === "半") return 0.5;
  const [tens = "", ones] = digits.split("十");
  const value = (digit: string): number => Math.max(DIGITS.indexOf(digit.replace("两", "二")), 0);
  if (ones === undefined) return value(tens.at(-1) ?? "");
  return (tens === "" ? 1 : value(tens)) * 10 + (ones === "" ? 0 : value(ones));
}
