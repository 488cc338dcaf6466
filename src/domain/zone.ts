/** A time zone's clock: which date it shows, and when it shows a time of day. Pure. */
import { DAY, MINUTE } from "./duration.ts";
import type { CalendarDate } from "./moment.ts";

/** What the clock shows, as if it were UTC. Throws RangeError on a zone that nobody knows. */
function shown(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

export const isZone = (name: string): boolean => {
  try {
    return name !== "" && Boolean(new Intl.DateTimeFormat("en-US", { timeZone: name }));
  } catch {
    return false;
  }
};

export const dateIn = (at: number, zone: string): CalendarDate =>
  new Date(shown(at, zone)).toISOString().slice(0, 10) as CalendarDate;

/** Every time at which the clock shows it, the first first: none where it skips that, two where it goes back over it. */
export function timesOfDay(date: CalendarDate, minutes: number, zone: string): number[] {
  const wanted = Date.parse(`${date}T00:00Z`) + minutes * MINUTE;
  // No zone changes its offset twice within two days.
  const offsets = [wanted - DAY, wanted + DAY].map((at) => shown(at, zone) - at);
  const times = new Set(offsets.map((offset) => wanted - offset));
  return [...times].filter((at) => shown(at, zone) === wanted).sort((a, b) => a - b);
}
