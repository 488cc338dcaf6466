/** Times as Slack writes them in one time zone. Pure. */
import { DAY } from "../../../src/request/durations.ts";

export interface Zone {
  locale: string;
  tz: string;
  now: number;
}

const format = ({ locale, tz }: Zone, at: number, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(locale, { timeZone: tz, hourCycle: "h23", ...options }).format(at);

export const timeOf = (zone: Zone, at: number): string =>
  format(zone, at, { hour: "2-digit", minute: "2-digit" });

export const secondOf = (zone: Zone, at: number): string =>
  format(zone, at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const dateOf = (zone: Zone, at: number): string =>
  format(zone, at, { weekday: "short", day: "numeric", month: "short" });

/** Days since the epoch. */
const dayNumber = ({ tz }: Zone, at: number): number =>
  Date.parse(new Date(at).toLocaleDateString("sv-SE", { timeZone: tz })) / DAY;

/** "today", or a date. */
function dayOf(zone: Zone, at: number): string {
  const ahead = dayNumber(zone, at) - dayNumber(zone, zone.now);
  if (Math.abs(ahead) > 1) return format(zone, at, { day: "numeric", month: "short", year: "numeric" });
  return new Intl.RelativeTimeFormat(zone.locale, { numeric: "auto" }).format(ahead, "day");
}

/** Those that the bot uses. */
const TOKENS: Record<string, (zone: Zone, at: number) => string> = {
  date_short_pretty: dayOf,
  time: timeOf,
  time_secs: secondOf,
};

/** `{date_short_pretty} {time}` for seconds since the epoch; unknown tokens stay as they are. */
export const slackDate = (zone: Zone, seconds: number, pattern: string): string =>
  pattern.replace(/\{(\w+)\}/g, (whole, token: string) => TOKENS[token]?.(zone, seconds * 1000) ?? whole);
