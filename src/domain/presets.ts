/** The times that a form offers for a role: round ones within its limits, its usual one, and what was meant. Pure. */
import type { Role } from "./catalog.ts";
import { DAY, HOUR, MINUTE } from "./duration.ts";

/** Ascending. */
export const ROUND = [
  ...[15 * MINUTE, 30 * MINUTE],
  ...[1, 2, 4, 8, 12].map((n) => n * HOUR),
  ...[1, 2, 3, 7, 14, 30, 90].map((n) => n * DAY),
];

/** Ascending, the longest last. */
export const presetsOf = ({ duration }: Pick<Role, "duration">, meant: number | null): number[] =>
  [...new Set([...ROUND, duration.default, duration.max, meant ?? duration.default])]
    .filter((ms) => ms <= duration.max)
    .sort((a, b) => a - b);
