/** The days and hours of the week in which a rule applies, in its own time zone. */
import { z } from "zod";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
type Day = (typeof DAYS)[number];

const ONE = `(?:${DAYS.join("|")})`;
const CLOCK_TIME = /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

const isZone = (zone: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat("en-US", { timeZone: zone }));
  } catch {
    return false;
  }
};

export const weekFields = {
  days: z
    .array(
      z
        .string()
        .regex(new RegExp(`^${ONE}(-${ONE})?$`), "must be a day such as mon, or days such as mon-fri"),
    )
    .min(1)
    .optional()
    .describe("On which days: [mon-fri], [sat, sun]; needs zone."),
  hours: z
    .string()
    .regex(CLOCK_TIME, 'must be a time of day such as "09:00-18:00", quoted')
    .refine((hours) => hours.slice(0, 5) !== hours.slice(6), "begins and ends at the same moment")
    .optional()
    .describe('From when to when: "09:00-18:00". "22:00-06:00" ends on the next day; needs zone.'),
  zone: z
    .string()
    .refine(isZone, "must be a time zone such as Europe/Berlin")
    .optional()
    .describe("By whose clock days and hours are read."),
};

interface Week {
  days?: string[] | undefined;
  hours?: string | undefined;
  zone?: string | undefined;
}

/** A zone comes with days or hours, and only then. */
export const hasWholeWeek = ({ days, hours, zone }: Week): boolean =>
  (days !== undefined || hours !== undefined) === (zone !== undefined);

/** Such as "mon-fri 09:00-18:00 Europe/Berlin". */
export const describeWeek = ({ days, hours, zone }: Week): string =>
  [days?.join(" "), hours, zone].filter((part) => part !== undefined).join(" ");

/** Hours past midnight belong to the day on which they begin. */
export function isInWeek({ days, hours, zone }: Week, at: number): boolean {
  if (zone === undefined) return true;
  const { day, clock } = localTime(zone, at);
  const named = days === undefined ? DAYS : days.flatMap(daysIn);
  const [from = "00:00", to = "24:00"] = hours?.split("-") ?? [];
  if (from < to) return named.includes(day) && from <= clock && clock < to;
  return (named.includes(day) && clock >= from) || (named.includes(dayBefore(day)) && clock < to);
}

const dayBefore = (day: Day): Day => DAYS.at(DAYS.indexOf(day) - 1) as Day;

/** "fri-mon" continues past Sunday. */
function daysIn(text: string): Day[] {
  const [first = "", last = first] = text.split("-");
  const [from, to] = [DAYS.indexOf(first as Day), DAYS.indexOf(last as Day)];
  const count = ((to - from + DAYS.length) % DAYS.length) + 1;
  return Array.from({ length: count }, (_, nth) => DAYS[(from + nth) % DAYS.length] as Day);
}

/** Such as "mon" and "09:05", which compare as text. An unknown zone is a RangeError. */
function localTime(zone: string, at: number): { day: Day; clock: string } {
  const shape = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const parts = new Intl.DateTimeFormat("en-US", { ...shape, timeZone: zone }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return { day: part("weekday").toLowerCase() as Day, clock: `${part("hour")}:${part("minute")}` };
}
