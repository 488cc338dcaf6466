/** The command's text: `ROLE [DURATION] [REASON…]` taken apart, and put together again corrected. Pure. */

import type { Catalog } from "./catalog.ts";
import { formatDuration, HOUR, MINUTE, parseDuration, SHORTEST } from "./duration.ts";

/** As typed: nothing is checked yet. */
export interface ParsedCommand {
  role: string;
  /** A second word that starts with a digit is always meant as a duration. */
  duration: string | null;
  reason: string;
}

/** A reason fits a card, a trail entry and an annotation. */
export const REASON_MAX = 500;

export function parseCommand(text: string): ParsedCommand {
  const [, role = "", rest = ""] = /^\s*(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  const [, duration = null, reason = ""] = /^(?:(\d\S*)(?:\s+|$))?([\s\S]*)$/.exec(rest) ?? [];
  return { role: role.toLowerCase(), duration, reason: reason.trim() };
}

/** The whole line as it should have been; undefined when no role comes near. */
export function correctLine(wish: ParsedCommand, roles: Catalog): string | undefined {
  const name = Object.hasOwn(roles, wish.role) ? wish.role : nearest(wish.role, Object.keys(roles));
  const role = name === undefined ? undefined : roles[name];
  if (!role) return undefined;
  const asked = wish.duration === null ? null : guessDuration(wish.duration);
  const ms = asked === null ? role.duration.default : Math.min(Math.max(asked, SHORTEST), role.duration.max);
  const duration = wish.duration === null ? "" : formatDuration(ms);
  return [name, duration, cut(wish.reason, REASON_MAX)].filter((part) => part !== "").join(" ");
}

/** At most `max` UTF-16 units, never half a character. */
const cut = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const head = text.slice(0, max);
  return (/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head).trimEnd();
};

/** "8" → 8 h, "8hours" → 8 h, "90mins" → 90 min; null when nothing comes near. */
function guessDuration(text: string): number | null {
  const exact = parseDuration(text);
  if (exact !== null) return exact;
  const [, digits, unit] = /^(\d{1,6})([a-z]*)/i.exec(text) ?? [];
  const count = Number(digits);
  if (unit === "" || /^h/i.test(unit ?? "")) return count * HOUR;
  if (/^d/i.test(unit ?? "")) return count * 24 * HOUR;
  if (/^w/i.test(unit ?? "")) return count * 168 * HOUR;
  return /^m/i.test(unit ?? "") ? count * MINUTE : null;
}

/** The name at the smallest edit distance, when it is near enough to be a slip. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, far: distance(word, name) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(name.length / 2)))
    .sort((a, b) => a.far - b.far);
  return ranked[0]?.name;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
