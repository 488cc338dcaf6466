/** One policy for all who hold it, whatever it becomes. */
import type { Policy } from "../../domain/policy-file.ts";

export interface LivePolicy {
  /** As it is when it is read. */
  policy: Policy;
  /** From now on it is this. */
  take(next: Policy): void;
}

export function livePolicy(first: Policy): LivePolicy {
  let now = first;
  const policy = {
    get roles() {
      return now.roles;
    },
    get rules() {
      return now.rules;
    },
    get limits() {
      return now.limits;
    },
    get admins() {
      return now.admins;
    },
    get reminders() {
      return now.reminders;
    },
    get digest() {
      return now.digest;
    },
    get source() {
      return now.source;
    },
  } satisfies Policy;
  return {
    policy,
    take: (next) => {
      now = next;
    },
  };
}
