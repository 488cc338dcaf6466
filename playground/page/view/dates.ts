/** Slack's <!date^…> and message times, as this reader's own Slack writes them. Pure. */
import type { Reader } from "./reader.ts";

type Zone = Pick<Reader, "locale" | "tz" | "now" | "zh">;

const format = ({ locale, tz }: Zone, at: number, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(locale, { timeZone: tz, ...options }).format(at);

export const timeOf = (zone: Zone, at: number, seconds = false): string =>
  format(zone, at, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(seconds ? { second: "2-digit" } : {}),
  });

const DAY = 86_400_000;

/** The day as a number that two times of one day share. */
const dayKey = (zone: Zone, at: number): string =>
  format(zone, at, { year: "numeric", month: "2-digit", day: "2-digit" });

function pretty(zone: Zone, at: number, otherwise: string): string {
  const words = zone.zh ? ["昨天", "今天", "明天"] : ["yesterday", "today", "tomorrow"];
  const near = [-DAY, 0, DAY].findIndex((ahead) => dayKey(zone, zone.now + ahead) === dayKey(zone, at));
  return words[near] ?? otherwise;
}

const short = (zone: Zone, at: number) =>
  format(zone, at, { day: "numeric", month: "short", year: "numeric" });

/** Those that the bot uses. */
const TOKENS: Record<string, (zone: Zone, at: number) => string> = {
  date_short_pretty: (zone, at) => pretty(zone, at, short(zone, at)),
  time: (zone, at) => timeOf(zone, at),
  time_secs: (zone, at) => timeOf(zone, at, true),
};

/** `{date_short_pretty} {time}` for seconds since the epoch; unknown tokens stay as they are. */
export const slackDate = (zone: Zone, seconds: number, pattern: string): string =>
  pattern.replace(/\{(\w+)\}/g, (whole, token: string) => TOKENS[token]?.(zone, seconds * 1000) ?? whole);

/** Above the first message of a day. */
export function dayLine(zone: Zone, at: number): string {
  const words = pretty(zone, at, format(zone, at, { weekday: "long", day: "numeric", month: "long" }));
  return words.charAt(0).toUpperCase() + words.slice(1);
}
