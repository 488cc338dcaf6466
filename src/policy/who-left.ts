/** Says whether the sweep must end a person's access: they left Slack, became a guest, or left the groups that may ask. */
import { findUnknownGroup, type Groups, isAmong, type Person } from "../request/people.ts";
import type { Request } from "../request/record.ts";
import type { Policy } from "./policy.ts";
import { roleNamed } from "./roles.ts";

/** Returns false where that is not certain: the role is not in the file any more, or Slack does not list one of its groups. */
export function hasLeft(policy: Policy, request: Request, person: Person, groups: Groups): boolean {
  const requesters = roleNamed(policy, request.role)?.requester?.in;
  if (person.standing !== "member") return true;
  if (requesters === undefined || isAmong(requesters, person.id, groups)) return false;
  return findUnknownGroup(requesters, groups) === null;
}
