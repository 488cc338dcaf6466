/** The meaning of the file's roles and rules in words, with warnings where they cannot be meant so. */
import type { Config } from "../../config.ts";
import type { Policy } from "../../policy/policy.ts";
import { approvalRule, approversFor, channelFor, type Role } from "../../policy/roles.ts";
import { describeConditions, type Rule } from "../../policy/rules.ts";
import { formatDuration } from "../../request/durations.ts";
import { isGroup } from "../../request/ids.ts";
import { type Finding, ok, warn } from "../doctor/finding.ts";

/** All that the file says of a role, in words: who may ask, who approves, for how long. */
export function describeRole(config: Config, name: string, role: Role): string[] {
  const ending = role.idle?.release ? ", and ends" : "";
  return [
    `gives ${role.clusterRole}`,
    `asked for by ${role.requester?.in.join(", ") ?? "every member"}, ${describeReason(role)}`,
    `approved by ${describeApproval(config, name)}`,
    role.approval === "none" ? "" : `asked about in ${channelFor(config, name)}`,
    role.check ? `needs a yes of ${new URL(role.check.url).host}` : "",
    describeTime(role),
    role.delivery === "reveal" ? "shows its token at a click" : "has its token in a direct message",
    role.confirm ? `warns “${role.confirm.en}”` : "",
    role.idle ? `asks its holder when unused for ${formatDuration(role.idle.after)}${ending}` : "",
    describeEmergency(role),
  ].filter(Boolean);
}

function describeReason({ reason: { required, pattern, hint } }: Role): string {
  const form = pattern && hint ? `, with ${hint.en}` : "";
  return `${required ? "with a reason" : "with or without a reason"}${form}`;
}

export const describeEmergency = ({ breakGlass }: Role): string =>
  breakGlass
    ? `in an emergency taken by ${breakGlass.by.join(", ")} for ${formatDuration(breakGlass.max)}, ${breakGlass.perDay} times in 24h, reviewed by ${breakGlass.review.join(", ")}`
    : "";

/** One person's. */
export function describeLimits({ limits }: Policy): string {
  const { openPerPerson, requestsPerHour, grantsPerPerson } = limits;
  const grants = grantsPerPerson === undefined ? "" : `, ${grantsPerPerson} grants`;
  return `${openPerPerson} open requests, ${requestsPerHour} an hour${grants}`;
}

export function describeApproval(policy: Policy, name: string): string {
  const approval = approvalRule(policy, name);
  if (!approval) return "nobody: who may ask has it at once";
  const { by, count, within, fallback, passkey } = approval;
  const later = fallback ? `, after ${formatDuration(fallback.after)} ${fallback.by.join(", ")} too` : "";
  const signed = passkey ? ", each by a passkey" : "";
  return `${count} of ${by.join(", ")} within ${formatDuration(within)}${later}${signed}`;
}

function describeTime({ duration }: Role): string {
  const total = duration.total ?? duration.max;
  const more = total > duration.max ? `, ${formatDuration(total)} with more time` : "";
  return `lasts ${formatDuration(duration.default)}, at most ${formatDuration(duration.max)}${more}`;
}

export const isInForce = ({ until }: Rule, now: number): boolean => until === undefined || until > now;

export function findMeaning(config: Config, now: number): Finding[] {
  const { rules } = config;
  const roles = Object.entries(config.roles);
  const inForce = rules.filter((rule) => isInForce(rule, now));
  return [
    ...roles.map(([name, role]) => ok(`role ${name}`, describeRole(config, name, role).join("; "))),
    ...rules.map((rule) => ok(`rule ${rule.name}`, describeRule(rule))),
    ok("limits", `for one person: ${describeLimits(config)}`),
    ...roles.flatMap(([name, role]) => [
      warnOfWrites(name, role),
      warnOfApprovers(name, role),
      warnOfNobody(name, role, inForce),
    ]),
    ...rules.flatMap((rule, i) => [warnOfPast(rule, now), warnOfOrder(rule, rules.slice(0, i))]),
  ].flat();
}

export function describeRule(rule: Rule): string {
  const { when, then } = rule;
  const who = when.requester?.in.join(", ") ?? "everybody";
  const conditions = describeConditions(rule);
  return `${then === "deny" ? "denies" : "approves"} ${when.role?.join(", ") ?? "every role"} to ${who}${conditions && ` (${conditions})`}`;
}

/** Only the hub knows what other ClusterRoles give that have no rules in the file. */
const KNOWN_TO_WRITE = ["karpor-admin", "cluster-admin", "admin", "edit"];

function warnOfWrites(name: string, { approval, clusterRole, rules, autoApproveWrites }: Role): Finding | [] {
  if (approval !== "none" || rules || autoApproveWrites || !KNOWN_TO_WRITE.includes(clusterRole)) return [];
  const fix = `Name approvers in roles.${name}.approval, or say autoApproveWrites: true`;
  return warn(`role ${name}`, `${clusterRole} may write, and nobody approves it`, fix);
}

/** As far as people are named, and not groups. */
function warnOfApprovers(name: string, role: Role): Finding | [] {
  const approvers = approversFor(role, true);
  if (role.approval === "none" || !role.requester || approvers.some(isGroup)) return [];
  const { count } = role.approval;
  const stuck = role.requester.in.filter((who) => approvers.filter((one) => one !== who).length < count);
  if (stuck.length === 0) return [];
  const message = `${stuck.join(", ")} may ask, and without them too few are left to approve`;
  return warn(`role ${name}`, message, `Name others, or a user group, in roles.${name}.approval.by`);
}

/** An earlier rule that has no other condition than its roles leaves nothing to this one. */
function warnOfOrder({ name, when }: Rule, earlier: readonly Rule[]): Finding | [] {
  const before = earlier.find((one) => {
    const { role, ...conditions } = one.when;
    const isCovered = !role || (when.role?.every((each) => role.includes(each)) ?? false);
    return isCovered && one.until === undefined && Object.keys(conditions).length === 0;
  });
  if (!before) return [];
  const message = `never decides: ${before.name} always does before it`;
  return warn(`rule ${name}`, message, `Put it before ${before.name}, or remove it`);
}

function warnOfPast(rule: Rule, now: number): Finding | [] {
  if (isInForce(rule, now)) return [];
  const message = "decides nothing any more: its last day is over";
  return warn(`rule ${rule.name}`, message, "Remove it, or give it another day");
}

/** As the rules in force say, and as far as the file tells who is in a group. */
function warnOfNobody(name: string, { requester }: Role, inForce: readonly Rule[]): Finding | [] {
  const about = inForce.filter(({ when }) => when.role?.includes(name) ?? true);
  const [first] = about;
  if (first?.then !== "deny") return [];
  const { role: _, requester: denied, ...conditions } = first.when;
  const isForAll = !denied || (requester?.in.every((one) => denied.in.includes(one)) ?? false);
  if (!isForAll || Object.keys(conditions).length > 0) return [];
  const message = `nobody may ask for it: ${first.name} denies it to all who might`;
  return warn(`role ${name}`, message, `Remove the role, or correct rule ${first.name}`);
}
