/** What is looked at once more just before access is set up: all of an approval that can be told without asking Slack. */
import { MINUTE } from "../request/durations.ts";
import type { Request } from "../request/record.ts";
import { countSigned } from "./approvers.ts";
import type { Policy } from "./policy.ts";
import { approvalRule, neededApprovals, type Role, roleNamed } from "./roles.ts";
import { coversTerms } from "./rules.ts";

/** Another replica's clock may have fixed the end. */
const CLOCKS_DIFFER = MINUTE;

/**
 * False where the file's role has another ClusterRole; where no rule or emergency of the file allows what is said to be
 * approved by one; and where passkeys did not sign these terms, for as long as this. So a record that somebody else wrote
 * gives nothing that the file does not allow.
 */
export async function isStillApproved(policy: Policy, request: Request, now: number): Promise<boolean> {
  const role = roleNamed(policy, request.role);
  if (role?.clusterRole !== request.clusterRole) return false;
  const rules = request.approvals.flatMap(({ rule }) => rule ?? []);
  if (rules.length > 0) return rules.every((rule) => mayApprove(policy, role, rule, request));
  if (!approvalRule(policy, request.role)?.passkey) return true;
  const { startsAt, prolongsFrom, endsAt } = request;
  const time = (endsAt ?? Number.POSITIVE_INFINITY) - Math.max(now, startsAt ?? 0, prolongsFrom ?? 0);
  const signed = (await countSigned(policy, request, request.approvals)).filter(
    (one) => one.time + CLOCKS_DIFFER >= time,
  );
  return new Set(signed.map(({ by }) => by)).size >= neededApprovals(role);
}

/** Of what a person asked for themselves; `none` and `emergency` are the role's own, and may be a rule's name, too. */
function mayApprove(policy: Policy, role: Role, name: string, request: Request): boolean {
  if (request.askedBy !== request.requester) return false;
  if (name === "none" && role.approval === "none") return true;
  if (name === "emergency" && request.emergency && role.breakGlass) return true;
  const rule = policy.rules.find((one) => one.name === name && one.then === "approve");
  return rule !== undefined && !request.emergency && coversTerms(rule, request, request.usedBefore);
}
