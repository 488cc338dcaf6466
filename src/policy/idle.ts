/** Access that nobody uses: when its holder is asked whether they still need it, and when it ends if they do not answer. */
import { MINUTE } from "../request/durations.ts";
import type { Request } from "../request/record.ts";
import type { Policy } from "./policy.ts";
import { roleNamed } from "./roles.ts";

type IdleRoles = Pick<Policy, "roles">;

const ANSWER_WITHIN = 15 * MINUTE;
/** The hub tells of use up to so long after it. */
const HUB_TELLS_WITHIN = MINUTE;
const NEVER = Number.POSITIVE_INFINITY;

/** Since when no use is known: of more time, not before its own part begins. */
export const idleSince = ({ idle, activeAt, prolongsFrom }: Request): number =>
  idle.since ?? Math.max(activeAt ?? 0, prolongsFrom ?? 0);

/** When there is something to do; shortly before the end it is too late to ask. */
export function idleDueAt(policy: IdleRoles, request: Request): number {
  const terms = roleNamed(policy, request.role)?.idle;
  if (!terms || request.prolongedBy !== null) return NEVER;
  if (request.idle.askedAt !== null) return releasedAt(policy, request) ?? NEVER;
  const due = idleSince(request) + terms.after + HUB_TELLS_WITHIN;
  return due + ANSWER_WITHIN < (request.endsAt ?? 0) ? due : NEVER;
}

/** When it ends because nobody answered and nobody used it; null: it does not. */
export function releasedAt(policy: IdleRoles, { role, idle }: Request): number | null {
  const isReleased = idle.askedAt !== null && roleNamed(policy, role)?.idle?.release;
  return isReleased ? (idle.askedAt ?? 0) + ANSWER_WITHIN : null;
}
