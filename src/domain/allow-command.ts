/** `ROLE [DURATION] for PERIOD REASON…`, what follows the person in `allow @person`, taken apart, and put together again corrected. Pure. */
import { plainWord, toNarrow } from "./amount.ts";
import type { Catalog } from "./catalog.ts";
import { correctLine, cut, type ParsedCommand, parseCommand, REASON_MAX, reasonIn } from "./command.ts";
import { firstWord } from "./command-words.ts";
import { DAY, formatDuration, MINUTE, SHORTEST } from "./duration.ts";
import { roleAndTimeOf } from "./policy.ts";
import { type AskingRefusal, Refused } from "./refusal.ts";
import { type TypedTime, takeTime } from "./typed-time.ts";

/** What one allows beforehand, at the most. */
export const PERIOD_MAX = 30 * DAY;

export interface AllowTerms {
  role: string;
  /** The longest of one request, ms. */
  duration: number;
  /** ms. */
  period: number;
  reason: string;
}

/** As typed: nothing is checked yet. `period`: null where none was. */
interface ParsedAllow {
  role: string;
  time: TypedTime | null;
  period: TypedTime | null;
  reason: string;
}

const FOR = /^(?:for(?![\p{L}\p{N}_-])|为期|期限)\s*/u;

function parseAllow(text: string): ParsedAllow {
  const [word, rest] = firstWord(text);
  const role = plainWord(word);
  const begins = FOR.test(toNarrow(rest).toLowerCase());
  const taken = begins ? null : takeTime(rest);
  const after = taken?.rest ?? rest;
  const { period, reason } = periodIn(after);
  return { role, time: taken?.time ?? null, period, reason: reasonIn(reason) };
}

function periodIn(text: string): { period: TypedTime | null; reason: string } {
  const begin = FOR.exec(toNarrow(text).toLowerCase())?.[0];
  if (begin === undefined) return { period: null, reason: text };
  const said = text.slice(begin.length);
  const taken = takeTime(said);
  if (taken) return { period: taken.time, reason: taken.rest };
  const [word = ""] = /^\S*/.exec(said) ?? [];
  return { period: { unclear: `${begin}${word}`.trim(), meant: null }, reason: said };
}

/** As it may be typed after the person; the inverse of reading it. */
export const allowLine = ({ role, duration, period, reason }: AllowTerms): string =>
  [role, formatDuration(duration), "for", formatDuration(period), reason].filter(Boolean).join(" ");

/** Throws Refused, with the corrected line where there is one: of what follows the person. */
export function allowTermsOf(text: string, roles: Catalog): AllowTerms {
  const parsed = parseAllow(text);
  // The role and the time of one request, by the rules of asking; the reason is this command's own.
  const ask: ParsedCommand = { role: parsed.role, time: parsed.time, reason: "x" };
  try {
    const { role, duration } = roleAndTimeOf(ask, roles);
    if (roles[role]?.approval === "none") throw new Refused({ kind: "nothing-to-allow", role });
    const refusal = refusalOf(parsed);
    if (refusal) throw new Refused(refusal);
    const period = parsed.period && "ms" in parsed.period ? parsed.period.ms : 0;
    return { role, duration, period, reason: parsed.reason };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { line: _, typed: __, ...refusal } = error.refusal as AskingRefusal;
    const line = corrected(parsed, ask, roles);
    throw new Refused({ ...refusal, ...(line === undefined ? {} : { line }) } as AskingRefusal);
  }
}

function refusalOf({ period, reason }: ParsedAllow): AskingRefusal | null {
  if (period === null || "unclear" in period)
    return { kind: "bad-period", text: period === null ? "" : period.unclear };
  if (period.ms < SHORTEST || period.ms > PERIOD_MAX)
    return { kind: "period-limits", min: SHORTEST, max: PERIOD_MAX };
  if (reason === "") return { kind: "reasonless-allowance" };
  return reason.length > REASON_MAX ? { kind: "reason-too-long", max: REASON_MAX } : null;
}

/** Undefined where only its author knows what is missing, or it would not be read as it is meant. */
function corrected(
  { period, reason: given }: ParsedAllow,
  ask: ParsedCommand,
  roles: Catalog,
): string | undefined {
  const reason = cut(given, REASON_MAX);
  const meant = period && ("ms" in period ? period.ms : period.meant);
  const asked = correctLine(ask, roles);
  if (typeof meant !== "number" || asked === undefined || reason === "") return undefined;
  const { role, time } = parseCommand(asked);
  const duration = time && "ms" in time ? time.ms : roles[role]?.duration.default;
  if (duration === undefined || roles[role]?.approval === "none") return undefined;
  const within = Math.min(Math.max(Math.ceil(meant / MINUTE) * MINUTE, SHORTEST), PERIOD_MAX);
  const line = allowLine({ role, duration, period: within, reason });
  return isReadAs(line, { role, duration, period: within, reason }) ? line : undefined;
}

function isReadAs(line: string, meant: AllowTerms): boolean {
  const read = termsIn(line);
  return (
    read !== undefined &&
    read.role === meant.role &&
    read.duration === meant.duration &&
    read.period === meant.period &&
    read.reason === meant.reason
  );
}

/** Of a line that leaves nothing to be guessed. */
export function termsIn(line: string): AllowTerms | undefined {
  const { role, time, period, reason } = parseAllow(line);
  return time && period && "ms" in time && "ms" in period
    ? { role, duration: time.ms, period: period.ms, reason }
    : undefined;
}
