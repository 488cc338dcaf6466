/** What was meant by a time that is not understood: "-1h", "for 8h", "2h30", "8 huors", "90". Pure. */
import { leadingAmount, UNIT_NAMES, unitMs } from "./amount.ts";
import { HOUR, MINUTE } from "./duration.ts";
import { distance } from "./nearest.ts";
import { leadingNumberWord } from "./number-word.ts";

/** `reason`: it looks like a time, and is none. */
type Guess = { ms: number; end: number } | "reason" | null;

const GUESSES: readonly ((text: string) => Guess)[] = [
  punctuated,
  leadingNumberWord,
  signed,
  rough,
  quoted,
  slipped,
  bare,
];

/** Of what begins a text, in lower case and narrow; the first that knows. */
export const guessTime = (text: string): Guess =>
  withMarks(text, GUESSES.map((look) => look(text)).find((guess) => guess !== null) ?? null);

/** Of what is left where an amount of `unit` ended too early: "30m, fix", "and 30 minutes" or "and a half" after "2h". */
export function guessRest(text: string, unit: number): Guess {
  const half = /^and\s+a\s+half(?![\p{L}\p{N}_])\s*/u.exec(text)?.[0].length;
  if (half) return withMarks(text, { ms: unit / 2, end: half });
  const and = /^and\s+/.exec(text)?.[0].length ?? 0;
  const after = text.slice(and);
  const found = punctuated(after) ?? (and > 0 ? leadingAmount(after) : null);
  return withMarks(text, found && found !== "reason" ? { ms: found.ms, end: and + found.end } : null);
}

/** The marks right behind a time go with it, and 左右. */
function withMarks(text: string, guess: Guess): Guess {
  if (guess === null || guess === "reason" || /\s/.test(text[guess.end - 1] ?? "")) return guess;
  const after = text.slice(guess.end);
  if (SINCE.test(after)) return "reason";
  const [marks = ""] = MARKS.exec(after) ?? [];
  return { ms: guess.ms, end: guess.end + marks.length };
}
const MARKS = /^(?:左右)?(?:[^\p{L}\p{N}\s]+(?=\s|$)|[,.;:!?、。]+|(?<=^左右))\s*/u;

/** "三天前报错", "3分钟后重启", "2小时内修复", "3天的日志"; "2小时后台排查" and "2小时内存排查" ask for two hours. */
const SINCE = /^(?:[之以][前后内]|前(?![端台置])|后(?![端台续])|内(?![存网部容核置测审联嵌外购勤])|的)/;

const SIGN = /^[-+~±≈\u2010-\u2015\u2212]+\s*/;

/** "-1h", "for 8h", "持续8小时": the time alone was meant. */
function signed(text: string): Guess {
  const before = (SIGN.exec(text) ?? /^(?:for\s+|(?:持续|为期|共)\s*)/.exec(text))?.[0];
  if (!before) return null;
  const after = text.slice(before.length);
  const found = leadingAmount(after) ?? guessTime(after);
  return found && found !== "reason" ? { ms: found.ms, end: before.length + found.end } : found;
}

/** "about 2h", "up to 2 hours", "约2小时"; "about 5 pods" and "约2小时的日志" are none. */
function rough(text: string): Guess {
  const before = ROUGHLY.exec(text)?.[0];
  if (!before) return null;
  const after = text.slice(before.length);
  const found = leadingAmount(after) ?? punctuated(after) ?? leadingNumberWord(after);
  if (!found || found === "reason") return null;
  const end = before.length + found.end;
  const rest = text.slice(end);
  return OF_IT.test(rest) || SINCE.test(rest.trimStart()) ? null : { ms: found.ms, end };
}
const ROUGHLY =
  /^(?:(?:about|around|approx(?:imately|\.)?|roughly|max(?:imum|\.)?|at most|up to)\s+|(?:大约|约|大概|最多)\s*)/;
const OF_IT = /^\s*(?:(?:of|ago|old|late|behind)(?!\p{L})|里)/u;

const UNIT = `\\s*(?:${UNIT_NAMES.join("|")})(?!(?!左右)\\p{L})`;
const AMOUNT = new RegExp(
  `^\\d{1,6}(?:[.,]\\d{1,6})?${UNIT}(?:\\s*\\d{1,2}${UNIT})*(?=[^\\p{L}\\p{N}\\s]*(?:\\s|$)|[,.;:!?、。]|左右)`,
  "u",
);

/** "2h, fix", "3 days, fix", "2h) fix", "1,5h", "2h左右", "2h30". */
function punctuated(text: string): Guess {
  const [said = ""] = AMOUNT.exec(text) ?? [];
  const ms = amountIn(said.replace(",", "."));
  if (ms !== null) return { ms, end: said.length };
  const [word = "", hours, minutes] = /^(\d{1,3})h(\d{1,2})(?=\s|$)/.exec(text) ?? [];
  return word ? { ms: Number(hours) * HOUR + Number(minutes) * MINUTE, end: word.length } : null;
}

/** "“2h” look", "`8 hours`": as it stands in what explains it. */
function quoted(text: string): Guess {
  const [whole = "", said = ""] = QUOTED.exec(text) ?? [];
  const ms = amountIn(said);
  return ms === null ? null : { ms, end: whole.length };
}
const QUOTED = /^["'`“”‘’「(]+([^"'`“”‘’」)]+)["'`“”‘’」)]+(?=\s|$)\s*/;

/** Of a text that is nothing else. */
const amountIn = (text: string): number | null => {
  const amount = leadingAmount(text);
  return amount?.end === text.length ? amount.ms : null;
};

/** "90minuts", "8 huors": a letter beside a unit's name, or its letters in another order. */
function slipped(text: string): Guess {
  const [whole, count, name = ""] = /^(\d{1,6}(?:\.\d+)?)\s*([a-z]{4,9})(?=\s|$)/.exec(text) ?? [];
  const near = UNIT_NAMES.find(
    (unit) => unit[0] === name[0] && (distance(unit, name) <= 1 || sorted(unit) === sorted(name)),
  );
  if (!whole || !near) return null;
  return { ms: Number(count) * (unitMs(near) ?? 0), end: whole.length };
}

const sorted = (word: string): string => [...word].sort().join("");

/** "8" is hours, "90" minutes; "500 errors" is none of them. */
function bare(text: string): Guess {
  const [whole, digits] = /^(\d{1,3})(?=\s|$)/.exec(text) ?? [];
  const count = Number(digits);
  if (!whole || count === 0) return null;
  if (count <= 24) return { ms: count * HOUR, end: whole.length };
  return count <= 180 && count % 5 === 0 ? { ms: count * MINUTE, end: whole.length } : "reason";
}
