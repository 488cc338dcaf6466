/** What stands where a command's time may stand: understood, or merely looking like one, never the reason by mistake. Pure. */
import { leadingAmount, toNarrow, UNIT_NAMES, unitMs } from "./amount.ts";
import { HOUR, MINUTE } from "./duration.ts";
import { distance } from "./nearest.ts";
import { leadingNumberWord } from "./number-word.ts";

/** `meant`: as far as can be guessed; `reason` where it is likelier part of that; null when only its author knows. */
export type TypedTime = { ms: number } | { unclear: string; meant: number | "reason" | null };

export interface TakenTime {
  time: TypedTime;
  /** What follows; all of the text unless `meant` is a number. */
  rest: string;
}

/** Null when the text does not begin with what looks like a time. */
export function takeTime(text: string): TakenTime | null {
  const plain = toNarrow(text).toLowerCase();
  const amount = leadingAmount(plain);
  if (amount) {
    const rest = text.slice(amount.end);
    if (startsAt(toNarrow(rest).toLowerCase())) return unclear(text, plain, null);
    if (amount.exact) return { time: { ms: amount.ms }, rest };
    return { time: { unclear: text.slice(0, amount.end).trim(), meant: amount.ms }, rest };
  }
  if (isMoment(plain) || startsAt(plain) || VAGUE.test(plain)) return unclear(text, plain, null);
  const guess = GUESSES.map((look) => look(plain)).find((found) => found !== null);
  if (guess && guess !== "reason") {
    const said = text.slice(0, guess.end).trim();
    return { time: { unclear: said, meant: guess.ms }, rest: text.slice(guess.end).trimStart() };
  }
  return guess === "reason" || LOOKS.test(plain) ? unclear(text, plain, "reason") : null;
}

/** A text that is nothing but a time. */
export function wholeTime(text: string): TypedTime {
  const taken = takeTime(text.trim());
  if (taken && taken.rest.trim() === "") return taken.time;
  return { unclear: text.trim(), meant: null };
}

const unclear = (text: string, plain: string, meant: "reason" | null): TakenTime => {
  const words = /^(?:(?:for|from|until|till?|by)\s+)?\S+/.exec(plain)?.[0] ?? "";
  return { time: { unclear: text.slice(0, words.length), meant }, rest: text };
};

const SIGN = /^[-+~±≈\u2010-\u2015\u2212]+\s*/;
/** A digit, a sign, "for". */
const LOOKS = /^(?:[\d+~±≈\u2010-\u2015\u2212-]|for(?![\p{L}\p{N}_-]))/u;
const VAGUE = /^(?:an?\s+)?(?:few|couple(?:\s+of)?|several|some)\s+(?:minutes|hours|days|weeks|months)\b/;
const CLOCK = /^(?:\d{1,2}:\d\d|\d{1,2}\s?[ap]m\b|\d{1,2}点|\d{4}[-/年]\d{1,2}[-/月]\d|\d{1,2}月\d)/;
const DAY_NAME =
  /^(?:(?:tomorrow|today|tonight|noon|midnight)(?![\p{L}\p{N}_'’-])|明[天早晚日]|后天|今[天晚日])/u;
const UNTIL =
  /^(?:(?:until|till?)(?![\p{L}\p{N}_-])|直到|[到至](?=[\d今明后上下中晚早周一二三四五六七八九十]))/u;

const isPoint = (text: string): boolean => CLOCK.test(text) || DAY_NAME.test(text);
const isMoment = (text: string): boolean =>
  isPoint(text) || UNTIL.test(text) || (/^by\s/.test(text) && isPoint(text.slice(3).trimStart()));

/** "from" is a word like any other unless a time follows. */
function startsAt(text: string): boolean {
  const begin = /^(?:from\s+|从\s*)/.exec(text)?.[0];
  if (!begin) return false;
  const after = text.slice(begin.length);
  return isPoint(after) || /^\d/.test(after) || leadingNumberWord(after) !== null;
}

type Guess = { ms: number; end: number } | "reason" | null;

/** The first that knows what was meant. */
const GUESSES: readonly ((text: string) => Guess)[] = [leadingNumberWord, signed, punctuated, slipped, bare];

/** "-1h", "for 8h", "持续8小时": the time alone was meant. */
function signed(text: string): Guess {
  const before = (SIGN.exec(text) ?? /^(?:for\s+|(?:持续|为期|共)\s*)/.exec(text))?.[0];
  if (!before) return null;
  const after = text.slice(before.length);
  const found = leadingAmount(after) ?? GUESSES.map((look) => look(after)).find((guess) => guess !== null);
  return found && found !== "reason" ? { ms: found.ms, end: before.length + found.end } : null;
}

/** "2h, fix", "1,5h", "2h30", "8小时修复". */
function punctuated(text: string): Guess {
  const word = /^\d\S*/.exec(text)?.[0];
  if (!word) return null;
  const [, hours, minutes] = /^(\d{1,3})h(\d{1,2})$/.exec(word) ?? [];
  if (hours) return { ms: Number(hours) * HOUR + Number(minutes) * MINUTE, end: word.length };
  const amount = leadingAmount(word.replace(/[^\p{L}\p{N}]+$/u, "").replace(",", "."));
  if (amount) return { ms: amount.ms, end: word.length };
  const [whole, count, unit = ""] =
    /^(\d{1,6}(?:\.\d+)?)(个?(?:小时|钟头|星期|礼拜)|分钟|天|周)/u.exec(text) ?? [];
  return whole ? { ms: Number(count) * (unitMs(unit) ?? 0), end: whole.length } : null;
}

/** "8 huors", "90minuts": a letter or two beside a unit's name. */
function slipped(text: string): Guess {
  const [whole, count, name = ""] = /^(\d{1,6}(?:\.\d+)?)\s*([a-z]{4,9})(?=\s|$)/.exec(text) ?? [];
  const near = UNIT_NAMES.find((unit) => unit[0] === name[0] && distance(unit, name) <= 2);
  if (!whole || !near) return null;
  return { ms: Number(count) * (unitMs(near) ?? 0), end: whole.length };
}

/** "8" is hours, "90" minutes; "500 errors" is none of them. */
function bare(text: string): Guess {
  const [whole, digits] = /^(\d{1,3})(?=\s|$)/.exec(text) ?? [];
  const count = Number(digits);
  if (!whole || count === 0) return null;
  if (count <= 24) return { ms: count * HOUR, end: whole.length };
  return count <= 180 && count % 5 === 0 ? { ms: count * MINUTE, end: whole.length } : "reason";
}
