/** Whether somebody may not keep what they have: they left Slack, became a guest, or left the groups that may ask. */
import { findUnknownGroup, type Groups, isAmong, type Person } from "../request/people.ts";
import type { Request } from "../request/record.ts";
import type { Policy } from "./policy.ts";
import { roleNamed } from "./roles.ts";

/** Neither a role that is not in the file any more nor a group that Slack does not list says of anybody that they left. */
export function hasLeft(policy: Policy, request: Request, person: Person, groups: Groups): boolean {
  const requesters = roleNamed(policy, request.role)?.requester?.in;
  if (person.standing !== "member") return true;
  if (requesters === undefined || isAmong(requesters, person.id, groups)) return false;
  return findUnknownGroup(requesters, groups) === null;
}
