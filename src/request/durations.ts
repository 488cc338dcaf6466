/** Reads and writes durations: "1h30m" in a file or a command, milliseconds everywhere else. */
import { z } from "zod";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

/** A shorter grant would end before its holder has pasted the token. */
export const SHORTEST = MINUTE;
/** The longest token that karpor-server issues by default (`--service-account-max-token-expiration`). */
export const LONGEST = 8760 * HOUR;

const SHAPE = /^(?:(\d{1,6})w)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m(?:in)?)?$/i;

export function parseDuration(text: string): number | null {
  const found = SHAPE.exec(text);
  if (!found || text === "") return null;
  const [, weeks = 0, days = 0, hours = 0, minutes = 0] = found.map((digits) => Number(digits ?? 0));
  return weeks * WEEK + days * DAY + hours * HOUR + minutes * MINUTE;
}

/** 5_400_000 → [[1,"h"],[30,"m"]]. Seconds are rounded up to a minute. */
export function durationParts(ms: number): [number, "d" | "h" | "m"][] {
  let rest = Math.max(Math.ceil(ms / MINUTE), 0) * MINUTE;
  const parts: [number, "d" | "h" | "m"][] = [];
  for (const [unit, size] of [
    ["d", DAY],
    ["h", HOUR],
    ["m", MINUTE],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push([count, unit]);
    rest -= count * size;
  }
  return parts.length > 0 ? parts : [[0, "m"]];
}

export const formatDuration = (ms: number): string =>
  durationParts(ms)
    .map(([count, unit]) => `${count}${unit}`)
    .join("");

export const Duration = z
  .string()
  .transform((text, ctx) => {
    const ms = parseDuration(text);
    if (ms !== null) return ms;
    ctx.addIssue({ code: "custom", message: `"${text}" is no duration; write 90m, 8h, 2d, 1w or 1h30m` });
    return z.NEVER;
  })
  .pipe(z.number().min(SHORTEST, "at least 1m").max(LONGEST, "at most 8760h"));
