/** Computes when the holder of unused access is asked *Still needed?*, and when it ends if they do not answer. */
import { MINUTE } from "../request/durations.ts";
import type { Request } from "../request/record.ts";
import type { Policy } from "./policy.ts";
import { roleNamed } from "./roles.ts";

type IdleRoles = Pick<Policy, "roles">;

const ANSWER_WITHIN = 15 * MINUTE;
/** The hub's audit log tells of use up to a minute after it. */
const HUB_TELLS_WITHIN = MINUTE;
const NEVER = Number.POSITIVE_INFINITY;

/** Returns since when no use is known (ms since the epoch); for an extension not before its own part begins. */
export const idleSince = ({ idle, activeAt, prolongsFrom }: Request): number =>
  idle.since ?? Math.max(activeAt ?? 0, prolongsFrom ?? 0);

/** Returns when to ask, or to end what was asked about (ms since the epoch); infinity: never, as shortly before the end. */
export function idleDueAt(policy: IdleRoles, request: Request): number {
  const terms = roleNamed(policy, request.role)?.idle;
  if (!terms || request.prolongedBy !== null) return NEVER;
  if (request.idle.askedAt !== null) return releasedAt(policy, request) ?? NEVER;
  const due = idleSince(request) + terms.after + HUB_TELLS_WITHIN;
  return due + ANSWER_WITHIN < (request.endsAt ?? 0) ? due : NEVER;
}

/** Returns when it ends unless its holder answers or uses it (ms since the epoch); null when it does not end by this. */
export function releasedAt(policy: IdleRoles, { role, idle }: Request): number | null {
  const isReleased = idle.askedAt !== null && roleNamed(policy, role)?.idle?.release;
  return isReleased ? (idle.askedAt ?? 0) + ANSWER_WITHIN : null;
}
