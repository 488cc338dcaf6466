/** Decides who may approve, revoke and review a request, and whether its approvals are enough. */
import { type GroupId, isGroup, type Principal, type UserId } from "../request/ids.ts";
import {
  findUnknownGroup,
  type Groups,
  isAmong,
  isSurelyAmong,
  namedUsers,
  type Person,
} from "../request/people.ts";
import type { Approval, Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import type { Policy } from "./policy.ts";
import { approvalRule, approversFor, neededApprovals, roleNamed } from "./roles.ts";
import { isSigned } from "./statement.ts";

/** For null, the groups of the admins alone. */
export function groupsFor(policy: Policy, roleName: string | null): GroupId[] {
  const role = roleName === null ? null : roleNamed(policy, roleName);
  const ofRole = role
    ? [
        ...(role.requester?.in ?? []),
        ...approversFor(role, true),
        ...(role.breakGlass?.by ?? []),
        ...(role.breakGlass?.review ?? []),
        ...policy.rules.flatMap(({ when }) => when.requester?.in ?? []),
      ]
    : [];
  return [...new Set([...policy.admins, ...ofRole])].filter(isGroup);
}

export const allGroups = (policy: Policy): GroupId[] => [
  ...new Set(Object.keys(policy.roles).flatMap((role) => groupsFor(policy, role))),
];

/** A person who has the access or asked for it may neither approve nor review it. */
const isParty = ({ requester, askedBy }: Request, user: UserId): boolean =>
  user === requester || user === askedBy;

/** Includes the fallback's approvers once they were asked. */
function approversNow(policy: Policy, request: Request): Principal[] {
  const role = roleNamed(policy, request.role);
  return role ? approversFor(role, request.fallback) : [];
}

interface ApproverLookUps {
  people: Map<UserId, Person>;
  groups: Groups;
}

/**
 * An approval counts as long as its approver may approve. Throws group-unknown if Slack doesn't list a deciding group.
 */
export async function countApprovals(
  policy: Policy,
  request: Request,
  { people, groups }: ApproverLookUps,
): Promise<Approval[]> {
  const approvers = approversNow(policy, request);
  const byApprovers = request.approvals.filter(
    ({ by }) =>
      by !== null &&
      people.get(by)?.standing === "member" &&
      !isParty(request, by) &&
      isSurelyAmong(approvers, by, groups),
  );
  return countSigned(policy, request, byApprovers);
}

/** Without approvals by requester or asker. If the role requires passkeys, only those that a passkey signed. */
export async function countSigned(
  policy: Policy,
  request: Request,
  approvals: readonly Approval[],
): Promise<Approval[]> {
  const byOthers = approvals.filter(({ by }) => by !== null && !isParty(request, by));
  if (!approvalRule(policy, request.role)?.passkey) return byOthers;
  const place = { instance: policy.instance, hub: policy.hub.name };
  const checks = byOthers.map((approval) => {
    const passkeys = (approval.by && policy.passkeys[approval.by]) || [];
    return isSigned(approval, { place, terms: request, passkeys });
  });
  const areSigned = await Promise.all(checks);
  return byOthers.filter((_, i) => areSigned[i]);
}

/** False for an unknown role. */
export function isApproved(policy: Policy, request: Request, approvals: readonly Approval[]): boolean {
  const role = roleNamed(policy, request.role);
  if (!role) return false;
  if (approvals.some(({ rule }) => rule !== null)) return true;
  return new Set(approvals.map(({ by }) => by)).size >= Math.max(1, neededApprovals(role));
}

/** Throws own-request, not-an-approver or group-unknown. */
export function assertMayApprove(policy: Policy, request: Request, person: Person, groups: Groups): void {
  const { role } = request;
  if (isParty(request, person.id)) throw new Refused("own-request", { role, id: request.id });
  const isMember = person.standing === "member";
  if (!isMember || !isSurelyAmong(approversNow(policy, request), person.id, groups))
    throw new Refused("not-an-approver", { role, id: request.id });
}

/** The fallback's come last. */
function possibleApprovers(policy: Policy, request: Request, groups: Groups): UserId[] {
  const role = roleNamed(policy, request.role);
  const named = role ? approversFor(role, true) : [];
  return namedUsers(named, groups).filter((user) => !isParty(request, user));
}

/** Throws no-approver, too-few-passkeys, group-unknown or unknown-role. */
export function assertCanBeApproved(policy: Policy, request: Request, groups: Groups): void {
  const role = roleNamed(policy, request.role);
  if (!role) throw new Refused("unknown-role", { role: request.role });
  const others = possibleApprovers(policy, request, groups);
  const needed = neededApprovals(role);
  const asksPasskey = approvalRule(policy, request.role)?.passkey === true;
  const able = asksPasskey ? others.filter((user) => policy.passkeys[user]) : others;
  if (able.length >= needed) return;
  const group = findUnknownGroup(approversFor(role, true), groups);
  if (group !== null) throw new Refused("group-unknown", { group });
  const code = others.length < needed ? "no-approver" : "too-few-passkeys";
  throw new Refused(code, { role: request.role, needed, count: able.length });
}

export const isAdmin = ({ admins }: Policy, user: UserId, groups: Groups): boolean =>
  isAmong(admins, user, groups);

export function mayRevoke(policy: Policy, request: Request, user: UserId, groups: Groups): boolean {
  const role = roleNamed(policy, request.role);
  const approvers = role ? approversFor(role, true) : [];
  return user === request.requester || isAmong([...approvers, ...policy.admins], user, groups);
}

/** Nobody reviews their own emergency. */
export function mayReview(policy: Policy, request: Request, user: UserId, groups: Groups): boolean {
  const reviewers = roleNamed(policy, request.role)?.breakGlass?.review ?? [];
  return !isParty(request, user) && isAmong([...reviewers, ...policy.admins], user, groups);
}
