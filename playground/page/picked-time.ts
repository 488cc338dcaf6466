/** A date and time as a browser's field has it and as Slack counts it: in the time zone of whoever chooses. Pure. */
import type { CalendarDate } from "../../src/domain/moment.ts";
import { timesOfDay } from "../../src/domain/zone.ts";

const FIELD = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)$/;

/** Seconds, where the text is what such a field has. */
export function toSlack<T extends string | string[]>(choice: T, zone: string): T | number {
  const [, date, hours, minutes] = (typeof choice === "string" && FIELD.exec(choice)) || [];
  if (date === undefined) return choice;
  const [at] = timesOfDay(date as CalendarDate, Number(hours) * 60 + Number(minutes), zone);
  return at === undefined ? choice : at / 1000;
}

export const toField = (seconds: number, timeZone: string): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" })
    .format(seconds * 1000)
    .replace(" ", "T");
