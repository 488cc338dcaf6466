/** The command's text: `[emergency] ROLE [DURATION] [from MOMENT] [REASON…]` taken apart, and put together again corrected. Pure. */
import { plainWord } from "./amount.ts";
import { timesOf } from "./break-glass.ts";
import type { Catalog, Role } from "./catalog.ts";
import {
  ASKING_WORDS,
  COMMAND_WORDS,
  type CommandName,
  firstWord,
  leadingWord,
  wordUse,
} from "./command-words.ts";
import { formatDuration, MINUTE, SHORTEST } from "./duration.ts";
import { endingTime } from "./ending-time.ts";
import type { Moment } from "./moment.ts";
import { nearest } from "./nearest.ts";
import { mendReason } from "./reason.ts";
import { formatStart, type TypedStart, takeBareStart, takeStart } from "./start.ts";
import { timeInReason } from "./time-in-reason.ts";
import { type TypedTime, takeTime } from "./typed-time.ts";

/** As typed: nothing is checked yet. */
export interface ParsedCommand {
  role: string;
  time: TypedTime | null;
  /** Left out: at once. */
  start?: TypedStart;
  reason: string;
  /** Before anybody approved it. */
  emergency?: true;
}

/** What was meant, as far as that can be told: a role there is, and a time within its limits. */
export interface Meaning {
  role: string;
  /** Null where no time was given, or one that only its author knows. */
  duration: number | null;
  start?: Moment;
  reason: string;
  emergency?: true;
}

const EMERGENCY: CommandName = "emergency";

/** A reason fits a card, a trail entry and an annotation. */
export const REASON_MAX = 500;

export function parseCommand(text: string): ParsedCommand {
  const [word, rest] = leadingWord(text);
  if (rest !== "" && isEmergency(plainWord(word))) return { ...parseAsked(rest, true), emergency: true };
  return parseAsked(text);
}

const isEmergency = (word: string): boolean => {
  const use = wordUse(word);
  return use !== undefined && "does" in use && use.does === "emergency";
};

function parseAsked(text: string, isAtOnce = false): ParsedCommand {
  const [word, rest] = firstWord(text);
  return { role: plainWord(word), ...timed(rest, isAtOnce) };
}

/** How long, and from when, in either order. Of two beginnings nobody knows which is meant. `isAtOnce`: a day is part of the reason. */
const timed = (text: string, isAtOnce = false): Pick<ParsedCommand, "time" | "start" | "reason"> => {
  const anyStart = (said: string) => takeStart(said, isAtOnce) ?? (isAtOnce ? null : takeBareStart(said));
  const before = anyStart(text);
  const taken = takeTime(before?.rest ?? text);
  const rest = taken?.rest ?? before?.rest ?? text;
  const from = before ?? anyStart(rest);
  const after = (before ? rest : (from?.rest ?? rest)).trimStart();
  const second = from && takeStart(after, isAtOnce);
  const isUnclear = from && "unclear" in from.start;
  const start =
    second && !isUnclear ? { unclear: after.slice(0, after.length - second.rest.length) } : from?.start;
  return {
    time: taken?.time ?? null,
    ...(start && { start }),
    reason: reasonIn(second?.rest ?? after),
  };
};

/** One of spaces, of what nobody sees, or of mere marks is none. */
export const reasonIn = (text: string): string =>
  /^[\s\p{C}\p{Z}\p{P}\p{Sc}\p{Sk}\p{Sm}\u115F\u1160\u2800\u3164\uFFA0]*$/u.test(text) ? "" : text.trim();

/** The time at the end of a reason, where none stands before it. */
export const timeAfterReason = ({ time, reason }: ParsedCommand) =>
  time === null ? endingTime(reason) : null;

function withTimeFirst(command: ParsedCommand): ParsedCommand {
  const last = timeAfterReason(command);
  return last ? { ...command, time: { ms: last.ms }, reason: last.rest } : command;
}

/** Undefined when no role comes near. */
export function meaningOf(command: ParsedCommand, roles: Catalog): Meaning | undefined {
  const near = nearestRole(command, roles);
  const role = near && roles[near.name];
  if (!role) return undefined;
  const { name } = near;
  const as = withTimeFirst(near.as);
  const duration = timeWithin(timesOf(role, command.emergency), as.time);
  const { start } = as;
  const given = start && "unclear" in start ? reasonFrom(start, as.reason) : cut(as.reason, REASON_MAX);
  const reason = mendReason(role.reason, given) ?? given;
  return { role: name, duration, ...momentIn(as), reason, ...inEmergency(command) };
}

/** When it is to begin, where that cannot be kept apart: nothing that was typed is lost. */
export const reasonFrom = (start: TypedStart, reason: string): string =>
  cut([formatStart(start), reason].filter(Boolean).join(" "), REASON_MAX);

/** When it begins is kept where it is understood, and where it may begin later. */
const momentIn = ({ start, emergency }: ParsedCommand) =>
  start && !("unclear" in start) && !emergency ? { start } : {};

const inEmergency = ({ emergency }: ParsedCommand) => (emergency ? { emergency } : {});

function timeWithin(duration: Role["duration"], time: TypedTime | null): number | null {
  if (time === null) return null;
  const meant = "ms" in time ? time.ms : time.meant;
  if (meant === null) return null;
  if (meant === "reason") return duration.default;
  return Math.min(Math.max(Math.ceil(meant / MINUTE) * MINUTE, SHORTEST), duration.max);
}

/** The whole line as it should have been; undefined unless it would be read as it is meant. */
export function correctLine(command: ParsedCommand, roles: Catalog): string | undefined {
  const meaning = meaningOf(command, roles);
  const as = nearestRole(command, roles)?.as;
  if (!meaning || isDark(as?.start) || (command.time && isDark(command.time))) return undefined;
  const { role, duration, start, reason } = meaning;
  if (timeInReason({ ...command, reason })) return undefined;
  const time = duration === null ? null : { ms: duration };
  const line = lineOf({ role, time, ...(start && { start }), reason, ...inEmergency(command) });
  const read = parseCommand(line);
  const readTime = read.time && ("ms" in read.time ? read.time.ms : "unclear");
  const same = read.role === role && readTime === duration && isSameStart(read.start, start);
  return same && read.reason === reason ? line : undefined;
}

/** Only its author knows what was meant. */
const isDark = (said: TypedTime | TypedStart | undefined): boolean =>
  said !== undefined && "unclear" in said && !("meant" in said && said.meant !== null);

const isSameStart = (a: TypedStart | undefined, b: TypedStart | undefined): boolean =>
  (a && formatStart(a)) === (b && formatStart(b));

/** As it may be typed. */
export function lineOf({ role, time, start, reason, emergency }: ParsedCommand): string {
  const said =
    time && ("ms" in time ? formatDuration(time.ms) : typeof time.meant === "number" && time.unclear);
  return [emergency && EMERGENCY, role, said, start && formatStart(start), reason].filter(Boolean).join(" ");
}

interface Near {
  name: string;
  far: number;
  /** With the words that its name took. */
  as: ParsedCommand;
}

/** "search rules 2h" is search-rules for 2 h: a name's dashes may have been typed as spaces. */
function nearestRole(command: ParsedCommand, roles: Catalog): Near | undefined {
  const names = Object.keys(roles);
  if (ASKING_WORDS.has(command.role) && !names.includes(command.role) && !command.time && !command.start)
    return nearestRole({ ...parseAsked(command.reason, command.emergency), ...inEmergency(command) }, roles);
  const found: Near[] = [];
  let [typed, rest] = [command.role, command.reason];
  let as = command;
  for (let words = 0; words < 3; words++) {
    const near = nearest(typed, names);
    if (near) found.push({ ...near, as });
    if (command.time !== null || command.start || rest === "") break;
    const [word, after] = firstWord(rest);
    [typed, rest] = [`${typed}-${plainWord(word)}`, after];
    as = { role: typed, ...timed(rest, command.emergency), ...inEmergency(command) };
  }
  return found.sort((a, b) => a.far - b.far)[0];
}

/** `as`: its very word, a slip of it, or a word that does nothing yet. */
export interface NearCommand {
  name: CommandName;
  as: "word" | "slip" | "instead";
}

/** The command that the text was meant to be; undefined where its first word is nearer to a role, or to nothing. */
export function commandNear(text: string, roles: Catalog): NearCommand | undefined {
  const word = plainWord(leadingWord(text)[0]);
  const use = wordUse(word);
  if (use) return "does" in use ? { name: use.does, as: "word" } : { name: use.instead, as: "instead" };
  const near = ASKING_WORDS.has(word) ? undefined : nearest(word, COMMAND_WORDS);
  // Of short words half is soon another word.
  if (!near || near.far > Math.min(2, Math.floor(near.name.length / 3))) return undefined;
  if (near.far >= (nearestRole(parseAsked(text), roles)?.far ?? Number.POSITIVE_INFINITY)) return undefined;
  const meant = wordUse(near.name);
  return (
    meant && ("does" in meant ? { name: meant.does, as: "slip" } : { name: meant.instead, as: "instead" })
  );
}

/** At most `max` UTF-16 units, never half a character. */
export const cut = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const head = text.slice(0, max);
  return (/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head).trimEnd();
};
