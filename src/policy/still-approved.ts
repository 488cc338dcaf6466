/** Checks an approval again just before the binding is created, without asking Slack. */
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
 * Compares the record with the file and the passkeys, so that a forged record gives nothing that the file doesn't
 * allow.
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

/** `none` and `emergency` are the role's own rules. */
function mayApprove(policy: Policy, role: Role, name: string, request: Request): boolean {
  const { requester, askedBy, emergency, usedBefore } = request;
  if (askedBy !== requester) return false;
  if (emergency) return name === "emergency" && mayBeNamed(role.breakGlass?.by ?? [], requester);
  if (name === "none" && role.approval === "none") return true;
  const rule = policy.rules.find((one) => one.name === name && one.then === "approve");
  if (!rule || !coversTerms(rule, request, usedBefore)) return false;
  return mayBeNamed(rule.when.requester?.in ?? [requester], requester);
}

/** True for any user group: only Slack knows its members. */
const mayBeNamed = (principals: readonly Principal[], user: UserId): boolean =>
  principals.some((one) => isGroup(one) || one === user);
