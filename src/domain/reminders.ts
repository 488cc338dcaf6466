/** When a holder is reminded of the end. Pure. */
import type { In } from "./request.ts";
import { beginsAt } from "./window.ts";

/** Since when its holder knows the end. */
const knownSince = (r: In<"active">): number => r.extensions?.at(-1)?.at ?? beginsAt(r);

/** Lead times (ms) that make sense for this grant, longest first: those over half of it would nag, not warn. */
const leads = (r: In<"active">, configured: readonly number[]): number[] =>
  configured.filter((lead) => lead <= (r.expiresAt - knownSince(r)) / 2).sort((a, b) => b - a);

/** Those that were neither sent nor overtaken by a later one. */
const open = (r: In<"active">, configured: readonly number[]): number[] =>
  leads(r, configured).filter((lead) => r.reminded.every((sent) => lead < sent));

/** When the next is due. */
export const remindersDue = (r: In<"active">, configured: readonly number[]): number[] =>
  open(r, configured).map((lead) => r.expiresAt - lead);

/** The lead time to send now: the latest whose time has come. Null when there is none. */
export function reminderDue(r: In<"active">, configured: readonly number[], now: number): number | null {
  if (now >= r.expiresAt) return null;
  return open(r, configured).findLast((lead) => r.expiresAt - lead <= now) ?? null;
}
