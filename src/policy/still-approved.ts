/** Checks an approval once more just before the binding is made, by the configuration and passkeys, without asking Slack. */
import { MINUTE } from "../request/durations.ts";
import { isGroup, type Principal, type UserId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import { accessStart } from "../request/transitions.ts";
import { countSigned } from "./approvers.ts";
import type { Policy } from "./policy.ts";
import { approvalRule, neededApprovals, type Role, roleNamed } from "./roles.ts";
import { coversTerms } from "./rules.ts";

/** The end may come from another replica, whose clock differs by less than this. */
const CLOCKS_DIFFER = MINUTE;

/**
 * Resolves to false where the file's role has another ClusterRole or a shorter maximum, where the rule or emergency that
 * the record names does not allow it, and where the passkeys that the role asks for did not sign these terms and this
 * time. So a forged record gives nothing that the file does not allow.
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

/** Says whether what is named may approve a request for oneself: `none` or `emergency` (the role's own), or a rule. */
function mayApprove(policy: Policy, role: Role, name: string, request: Request): boolean {
  const { requester, askedBy, emergency, usedBefore } = request;
  if (askedBy !== requester) return false;
  if (emergency) return name === "emergency" && mayBeNamed(role.breakGlass?.by ?? [], requester);
  if (name === "none" && role.approval === "none") return true;
  const rule = policy.rules.find((one) => one.name === name && one.then === "approve");
  if (!rule || !coversTerms(rule, request, usedBefore)) return false;
  return mayBeNamed(rule.when.requester?.in ?? [requester], requester);
}

/** True for any user group: Slack alone knows its members. */
const mayBeNamed = (principals: readonly Principal[], user: UserId): boolean =>
  principals.some((one) => isGroup(one) || one === user);
