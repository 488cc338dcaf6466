/** Whether a person left Slack, became a guest, or left the groups that may request. */
import { findUnknownGroup, type Groups, isAmong, type Person } from "../request/people.ts";
import type { Request } from "../request/record.ts";
import type { Policy } from "./policy.ts";
import { roleNamed } from "./roles.ts";

/** False while that is uncertain: the role is gone from the file, or Slack doesn't list a group. */
export function hasLeft(policy: Policy, request: Request, person: Person, groups: Groups): boolean {
  const requesters = roleNamed(policy, request.role)?.requester?.in;
  if (person.standing !== "member") return true;
  if (requesters === undefined || isAmong(requesters, person.id, groups)) return false;
  return findUnknownGroup(requesters, groups) === null;
}
