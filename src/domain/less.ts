/** What is approved in place of more: a shorter time, or a role that gives less. Pure. */
import type { Role } from "./catalog.ts";
import { MINUTE, SHORTEST } from "./duration.ts";
import { presetsOf, ROUND } from "./presets.ts";
import type { AccessRequest } from "./request.ts";

/** The terms in place of those asked for; of another role, with all that a request of it is frozen with. */
export type Less = Pick<AccessRequest, "duration"> &
  Partial<
    Pick<AccessRequest, "role" | "clusterRole" | "delivery" | "isFor" | "approvers" | "count" | "fallback">
  >;

/** What one press offers: the role's usual time, else a round one of half at most. Null where there is none. */
export function shorterThan(duration: number, role: Pick<Role, "duration">): number | null {
  if (role.duration.default < duration) return role.duration.default;
  return ROUND.findLast((ms) => ms <= duration / 2) ?? null;
}

const SHORT = [SHORTEST, 5 * MINUTE];

/** To choose from, ascending: shorter ones, and the time that was asked for. */
export const timesUpTo = (duration: number, role: Pick<Role, "duration">): number[] =>
  [...new Set([...SHORT, ...presetsOf(role, duration)])].filter((ms) => ms <= duration).sort((a, b) => a - b);

/** It is not more in any way, and less in one; whether another role gives less is looked at elsewhere. */
export const isLess = (r: AccessRequest, less: Less): boolean =>
  !(r.extends && less.role !== undefined) &&
  less.duration <= r.duration &&
  (less.duration < r.duration || (less.role ?? r.role) !== r.role);
