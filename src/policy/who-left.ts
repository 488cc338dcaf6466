/** Whether somebody may not keep what they have: they left Slack, became a guest, or left the groups that may ask. */
import { type Groups, isAmong, type Person } from "../request/people.ts";
import type { Request } from "../request/record.ts";
import type { Policy } from "./policy.ts";
import { roleNamed } from "./roles.ts";

/** A role that is not in the file any more says of nobody that they left. */
export function hasLeft(policy: Policy, request: Request, person: Person, groups: Groups): boolean {
  const requesters = roleNamed(policy, request.role)?.requester?.in;
  return (
    person.standing !== "member" || (requesters !== undefined && !isAmong(requesters, person.id, groups))
  );
}
