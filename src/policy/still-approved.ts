/** What is looked at once more just before access is set up: all of an approval that can be told without asking Slack. */
import { MINUTE } from "../request/durations.ts";
import { isGroup, type Principal, type UserId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import { accessStart } from "../request/transitions.ts";
import { countSigned } from "./approvers.ts";
import type { Policy } from "./policy.ts";
import { approvalRule, neededApprovals, type Role, roleNamed } from "./roles.ts";
import { coversTerms } from "./rules.ts";

/** Another replica's clock may have fixed the end. */
const CLOCKS_DIFFER = MINUTE;

/**
 * False where the file's role has another ClusterRole, or gives no such time; where no rule or emergency of the file
 * allows what is said to be approved by one; and where passkeys did not sign these terms, for as long as this. So a
 * record that somebody else wrote gives nothing that the file does not allow.
 */
export async function isStillApproved(policy: Policy, request: Request, now: number): Promise<boolean> {
  const role = roleNamed(policy, request.role);
  if (role?.clusterRole !== request.clusterRole) return false;
  const { endsAt, emergency, approvals } = request;
  const time = (endsAt ?? Number.POSITIVE_INFINITY) - accessStart(request, now) - CLOCKS_DIFFER;
  if (time > (emergency ? (role.breakGlass?.max ?? 0) : role.duration.max)) return false;
  const rules = approvals.flatMap(({ rule }) => rule ?? []);
  if (rules.length > 0) return rules.every((rule) => mayApprove(policy, role, rule, request));
  if (!approvalRule(policy, request.role)?.passkey) return true;
  const signed = (await countSigned(policy, request, approvals)).filter((one) => one.time >= time);
  return new Set(signed.map(({ by }) => by)).size >= neededApprovals(role);
}

/** Of what a person asked for themselves; `none` and `emergency` are the role's own, and may be a rule's name, too. */
function mayApprove(policy: Policy, role: Role, name: string, request: Request): boolean {
  const { requester, askedBy, emergency, usedBefore } = request;
  if (askedBy !== requester) return false;
  if (emergency) return name === "emergency" && mayBeNamed(role.breakGlass?.by ?? [], requester);
  if (name === "none" && role.approval === "none") return true;
  const rule = policy.rules.find((one) => one.name === name && one.then === "approve");
  if (!rule || !coversTerms(rule, request, usedBefore)) return false;
  return mayBeNamed(rule.when.requester?.in ?? [requester], requester);
}

/** Who is in a user group, Slack alone knows. */
const mayBeNamed = (principals: readonly Principal[], user: UserId): boolean =>
  principals.some((one) => isGroup(one) || one === user);
