/** A line that the bot offers, in the words of whoever reads it: "紧急 admin 2小时 从明天09:00 发布". Pure. */
import { termsIn } from "./allow-command.ts";
import { parseCommand } from "./command.ts";
import { firstWord, leadingWord, wordIn, wordUse } from "./command-words.ts";
import { durationParts } from "./duration.ts";
import { formatMoment, type Moment } from "./moment.ts";
import type { Locale } from "./person.ts";

/** The line itself where it would not be read as the same. */
export function lineIn(locale: Locale, line: string): string {
  if (locale === "en") return line;
  const [word, rest] = leadingWord(line);
  const use = wordUse(word);
  if (use === undefined || !("does" in use) || use.does === "emergency") return asked(line);
  return [wordIn(locale, use.does), use.does === "allow" ? allowed(rest) : rest].filter(Boolean).join(" ");
}

const isSame = (a: object | undefined, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

const UNITS = { d: "天", h: "小时", m: "分钟" };
const timeIn = (ms: number): string =>
  durationParts(ms)
    .map(([count, unit]) => `${count}${UNITS[unit]}`)
    .join("");

const DAYS = { 0: "今天", 1: "明天", 2: "后天" };
const startIn = (start: Moment): string =>
  "day" in start && typeof start.day === "number"
    ? `从${DAYS[start.day]}${formatMoment({ ...start, day: "next" })}`
    : `从${formatMoment(start)}`;

function asked(line: string): string {
  const command = parseCommand(line);
  const { emergency, role, time, start, reason } = command;
  if ((time && "unclear" in time) || (start && "unclear" in start)) return line;
  const said = [
    emergency && wordIn("zh", "emergency"),
    role,
    time && timeIn(time.ms),
    start && startIn(start),
    reason,
  ];
  const whole = said.filter(Boolean).join(" ");
  return isSame(parseCommand(whole), command) ? whole : line;
}

/** What follows the word: the person, and the terms. */
function allowed(text: string): string {
  const [whom, line] = firstWord(text);
  const terms = termsIn(line);
  if (!terms) return text;
  const { role, duration, period, reason } = terms;
  const said = `${role} ${timeIn(duration)} 为期 ${timeIn(period)} ${reason}`;
  return isSame(termsIn(said), terms) ? `${whom} ${said}` : text;
}
