/** What stands where a command's time may stand: understood, or merely looking like one, never the reason by mistake. Pure. */
import { leadingAmount, toNarrow } from "./amount.ts";
import { leadingNumberWord, NUMERAL_ZH } from "./number-word.ts";
import { guessRest, guessTime } from "./time-guess.ts";

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
    const more = guessRest(plain.slice(amount.end), amount.unit);
    if (more && more !== "reason" && more.ms < amount.ms) {
      const end = amount.end + more.end;
      return {
        time: { unclear: text.slice(0, end).trim(), meant: amount.ms + more.ms },
        rest: text.slice(end),
      };
    }
    const rest = text.slice(amount.end);
    if (amount.exact) return { time: { ms: amount.ms }, rest };
    return { time: { unclear: text.slice(0, amount.end).trim(), meant: amount.ms }, rest };
  }
  if (isMoment(plain) || VAGUE.test(plain)) return unclear(text, plain, null);
  const guess = guessTime(plain);
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
  const words = /^(?:(?:for|until|till?|by|to|[到至])\s+)?\S+/.exec(plain)?.[0] ?? "";
  return { time: { unclear: text.slice(0, words.length), meant }, rest: text };
};

/** A digit, a sign, "for". */
const LOOKS = /^(?:[\d+~±≈\u2010-\u2015\u2212-]|for(?![\p{L}\p{N}_-]))/u;
const VAGUE =
  /^(?:(?:for\s+|[-+~±≈]\s*|持续|为期|共|大约|约|大概|最多)?半天|(?:an?\s+)?(?:few|couple(?:\s+of)?|several|some)\s+(?:minutes|hours|days|weeks|months)\b|[几数]个?(?:小时|钟头|分钟|天|周|星期|礼拜|月)(?![前后来没的]))/;
const CLOCK = /^(?:\d{1,2}:\d\d|\d{1,2}\s?[ap]m\b|\d{1,2}点|\d{4}[-/年]\d{1,2}[-/月]\d|\d{1,2}月\d)/;
const DAY_NAME =
  /^(?:(?:tomorrow|today|tonight|noon|midnight)(?![\p{L}\p{N}_'’-])|明[天早晚日夜]|大?后天|今[天晚日夜])/u;
const UNTIL =
  /^(?:(?:until|till?)(?![\p{L}\p{N}_-])|直到|[到至](?=\s*(?:\d(?!\d*(?:\.\d+){3})|[今明][天日早晚夜年]|大?后天|下班)))/u;
const PART_OF_DAY = "(?:凌晨|清晨|[上中下]午|傍晚|[早晚][上晨间]|夜[里间晚]|[半深午]夜)";
/** After 到 as after 从: "三点一线" and "一点一滴" are no hours. */
const NAMED_ZH = [
  String.raw`(?:${PART_OF_DAY}|今?[早晚夜])\s*(?:\d|${NUMERAL_ZH}[点时])`,
  `${NUMERAL_ZH}(?:[点时](?!一[线滴]|点)|[月日])`,
  "周[一二三四五六日天末]|(?:[本这]|下下?)?个?(?:星期|礼拜)|(?:[本这]|下下?)个?[周月]|[月年]底",
].join("|");
/** "到后台", "到一线" and "至零售系统" name a place, as "到10.0.0.1" does above. */
const UNTIL_ZH = new RegExp(String.raw`^[到至]\s*(?:${PART_OF_DAY}|${NAMED_ZH})`, "u");
const BY_DAY = /^by\s+(?:(?:next|this)\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?![\p{L}\p{N}_'’-])/u;

const isPoint = (text: string): boolean => CLOCK.test(text) || DAY_NAME.test(text);
const isMoment = (text: string): boolean =>
  isPoint(text) ||
  UNTIL.test(text) ||
  UNTIL_ZH.test(text) ||
  BY_DAY.test(text) ||
  (/^(?:by|to)\s/.test(text) && isPoint(text.slice(3).trimStart()));

/** What "从早上开始报错" tells of is not asked for. */
const MOMENT_ZH = new RegExp(`^(?:${NAMED_ZH})`, "u");

/** As a time of day or a date begins, in lower case and narrow. */
export const looksLikeMoment = (text: string): boolean =>
  isPoint(text) ||
  /^\d(?!\d*(?:\.\d+){3})/.test(text) ||
  MOMENT_ZH.test(text) ||
  leadingNumberWord(text) !== null;
