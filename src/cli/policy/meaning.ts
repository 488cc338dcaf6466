/** What the roles and rules of the file mean, in words, and what they say wrongly although their form is right. */
import type { Policy } from "../../policy/policy.ts";
import { approvalRule, approversFor, type Role } from "../../policy/roles.ts";
import { describeConditions, type Rule } from "../../policy/rules.ts";
import { formatDuration } from "../../request/durations.ts";
import { isGroup } from "../../request/ids.ts";
import { type Finding, ok, warn } from "../doctor/finding.ts";

/** Who may ask, who approves, for how long. */
export const describeRole = (policy: Policy, name: string, role: Role): string =>
  [
    `gives ${role.clusterRole}`,
    `asked for by ${role.requester?.in.join(", ") ?? "every member"}`,
    `approved by ${describeApproval(policy, name)}`,
    describeTime(role),
    ...(role.confirm ? [`warns “${role.confirm.en}”`] : []),
    ...(role.breakGlass
      ? [
          `in an emergency taken by ${role.breakGlass.by.join(", ")} for ${formatDuration(role.breakGlass.max)}, ${role.breakGlass.perDay} times in 24h`,
        ]
      : []),
  ].join("; ");

function describeApproval(policy: Policy, name: string): string {
  const approval = approvalRule(policy, name);
  if (!approval) return "nobody: who may ask has it at once";
  const { by, count, within, fallback } = approval;
  const later = fallback ? `, after ${formatDuration(fallback.after)} ${fallback.by.join(", ")} too` : "";
  return `${count} of ${by.join(", ")} within ${formatDuration(within)}${later}`;
}

function describeTime({ duration }: Role): string {
  const total = duration.total ?? duration.max;
  const more = total > duration.max ? `, ${formatDuration(total)} with more time` : "";
  return `lasts ${formatDuration(duration.default)}, at most ${formatDuration(duration.max)}${more}`;
}

export function findMeaning(policy: Policy): Finding[] {
  const { roles, rules } = policy;
  return [
    ...Object.entries(roles).map(([name, role]) => ok(`role ${name}`, describeRole(policy, name, role))),
    ...rules.map((rule) => ok(`rule ${rule.name}`, describeRule(rule))),
    ...Object.entries(roles).flatMap(([name, role]) => [
      ...warnOfWrites(name, role),
      ...warnOfApprovers(name, role),
    ]),
    ...rules.flatMap((rule, i) => warnOfOrder(rule, rules.slice(0, i))),
  ];
}

function describeRule(rule: Rule): string {
  const { when, then } = rule;
  const who = when.requester?.in.join(", ") ?? "everybody";
  const conditions = describeConditions(rule);
  return `${then === "deny" ? "denies" : "approves"} ${when.role?.join(", ") ?? "every role"} to ${who}${conditions && ` (${conditions})`}`;
}

/** Of other ClusterRoles without rules of the file, only the hub knows what they give. */
const KNOWN_TO_WRITE = ["karpor-admin", "cluster-admin", "admin", "edit"];

function warnOfWrites(name: string, { approval, clusterRole, rules, autoApproveWrites }: Role): Finding[] {
  if (approval !== "none" || rules || autoApproveWrites || !KNOWN_TO_WRITE.includes(clusterRole)) return [];
  const fix = `Name approvers in roles.${name}.approval, or say autoApproveWrites: true`;
  return [warn(`role ${name}`, `${clusterRole} may write, and nobody approves it`, fix)];
}

/** As far as people are named, and not groups. */
function warnOfApprovers(name: string, role: Role): Finding[] {
  const approvers = approversFor(role, true);
  if (role.approval === "none" || !role.requester || approvers.some(isGroup)) return [];
  const { count } = role.approval;
  const stuck = role.requester.in.filter((who) => approvers.filter((one) => one !== who).length < count);
  if (stuck.length === 0) return [];
  const message = `${stuck.join(", ")} may ask, and without them too few are left to approve`;
  return [warn(`role ${name}`, message, `Name others, or a user group, in roles.${name}.approval.by`)];
}

/** An earlier rule that has no other condition than its roles leaves nothing to this one. */
function warnOfOrder({ name, when }: Rule, earlier: readonly Rule[]): Finding[] {
  const before = earlier.find((one) => {
    const { role, ...conditions } = one.when;
    const isCovered = !role || (when.role?.every((each) => role.includes(each)) ?? false);
    return isCovered && one.until === undefined && Object.keys(conditions).length === 0;
  });
  if (!before) return [];
  const message = `never decides: ${before.name} always does before it`;
  return [warn(`rule ${name}`, message, `Put it before ${before.name}, or remove it`)];
}
