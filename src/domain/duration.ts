/** "1h30m" ↔ milliseconds. Pure. */
import { z } from "zod";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

/** The shortest grant; shorter ones end before anyone has pasted the token. */
export const SHORTEST = MINUTE;
/** The longest token a karpor-server issues by default (`--service-account-max-token-expiration`, 8760h). */
export const LONGEST = 8760 * HOUR;

const UNITS = { w: WEEK, d: DAY, h: HOUR, m: MINUTE } as const;
const SHAPE = /^(?:(\d{1,6})w)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m(?:in)?)?$/i;
/** The same in a schema, whose patterns have no flags and, in Helm, look nowhere ahead. */
const PATTERN = "^(\\d{1,6}[wW])?(\\d{1,6}[dD])?(\\d{1,6}[hH])?(\\d{1,6}[mM]([iI][nN])?)?$";

/** Milliseconds, or null when the text is no duration. `90m`, `8h`, `2d`, `1w`, `1h30m`, `1000h`. */
export function parseDuration(text: string): number | null {
  const found = SHAPE.exec(text);
  if (!found || text === "") return null;
  const [, w, d, h, m] = found.map((digits) => Number(digits ?? 0));
  return (w ?? 0) * WEEK + (d ?? 0) * DAY + (h ?? 0) * HOUR + (m ?? 0) * MINUTE;
}

/** Whole units, largest first, without zeros: 5_400_000 → [[1,"h"],[30,"m"]]. Seconds are rounded up to a minute. */
export function durationParts(ms: number): [number, "d" | "h" | "m"][] {
  let rest = Math.max(Math.ceil(ms / MINUTE), 0) * MINUTE;
  const parts: [number, "d" | "h" | "m"][] = [];
  for (const unit of ["d", "h", "m"] as const) {
    const count = Math.floor(rest / UNITS[unit]);
    if (count > 0) parts.push([count, unit]);
    rest -= count * UNITS[unit];
  }
  return parts.length > 0 ? parts : [[0, "m"]];
}

/** The text a person would type: 5_400_000 → "1h30m". The inverse of parseDuration for whole minutes. */
export function formatDuration(ms: number): string {
  return durationParts(ms)
    .map(([count, unit]) => `${count}${unit}`)
    .join("");
}

/** As a file says it. */
export const Duration = z
  .string()
  .meta({ pattern: PATTERN, minLength: 1 })
  .transform((text, ctx) => {
    const ms = parseDuration(text);
    if (ms !== null) return ms;
    ctx.addIssue({ code: "custom", message: `"${text}" is no duration; write 90m, 8h, 2d, 1w or 1h30m` });
    return z.NEVER;
  })
  .pipe(z.number().min(SHORTEST, "at least 1m").max(LONGEST, "at most 8760h"));
