/** One policy for all who hold it, whatever it becomes. */
import type { Policy } from "../../domain/policy-file.ts";

export interface LivePolicy {
  /** As it is when it is read. */
  policy: Policy;
  /** From now on it is this. */
  take(next: Policy): void;
}

export function livePolicy({ roles, rules, limits, admins, reminders, digest, source }: Policy): LivePolicy {
  const policy: Policy = { roles, rules, limits, admins, reminders, digest, source };
  return { policy, take: (next) => void Object.assign(policy, next) };
}
