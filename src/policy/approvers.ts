/** Decides who may approve, revoke and review a request, and whether its approvals are enough. It asks neither Slack nor the hub. */
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

/** Returns the user groups to look up in Slack for a request of this role; with null those of the admins alone. */
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

/** Returns the user groups that the configuration names anywhere. */
export const allGroups = (policy: Policy): GroupId[] => [
  ...new Set(Object.keys(policy.roles).flatMap((role) => groupsFor(policy, role))),
];

/** A person who has the access, or asked for it, may neither approve nor review it. */
const isParty = ({ requester, askedBy }: Request, user: UserId): boolean =>
  user === requester || user === askedBy;

/** Returns the people and groups who may approve it now: the fallback's too, once they were asked. */
function approversNow(policy: Policy, request: Request): Principal[] {
  const role = roleNamed(policy, request.role);
  return role ? approversFor(role, request.fallback) : [];
}

interface ApproverLookUps {
  people: Map<UserId, Person>;
  groups: Groups;
}

/**
 * Returns the approvals of people who may still approve it: an approval ends with its approver's right, or their passkey.
 * Throws Refused group-unknown where Slack does not list a group that decides this.
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

/**
 * Returns the approvals by people who are no party to the request; where the role asks for passkeys, only those that
 * a passkey of the configuration signed for these terms. Throws nothing.
 */
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

/** Says whether as many different people approved as the role needs (at least one), or a rule did. False for an unknown role. */
export function isApproved(policy: Policy, request: Request, approvals: readonly Approval[]): boolean {
  const role = roleNamed(policy, request.role);
  if (!role) return false;
  if (approvals.some(({ rule }) => rule !== null)) return true;
  return new Set(approvals.map(({ by }) => by)).size >= Math.max(1, neededApprovals(role));
}

/** Throws Refused own-request or not-an-approver; group-unknown where Slack does not list a group that decides this. */
export function assertMayApprove(policy: Policy, request: Request, person: Person, groups: Groups): void {
  const { role } = request;
  if (isParty(request, person.id)) throw new Refused("own-request", { role, id: request.id });
  const isMember = person.standing === "member";
  if (!isMember || !isSurelyAmong(approversNow(policy, request), person.id, groups))
    throw new Refused("not-an-approver", { role, id: request.id });
}

/** Returns everybody who could approve it, those of the fallback last. */
function possibleApprovers(policy: Policy, request: Request, groups: Groups): UserId[] {
  const role = roleNamed(policy, request.role);
  const named = role ? approversFor(role, true) : [];
  return namedUsers(named, groups).filter((user) => !isParty(request, user));
}

/**
 * Throws Refused when too few could approve it, with the fallback's approvers: no-approver, too-few-passkeys,
 * group-unknown, or unknown-role.
 */
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

/** True for the holder, an approver of the role, also of its fallback, and an admin. */
export function mayRevoke(policy: Policy, request: Request, user: UserId, groups: Groups): boolean {
  const role = roleNamed(policy, request.role);
  const approvers = role ? approversFor(role, true) : [];
  return user === request.requester || isAmong([...approvers, ...policy.admins], user, groups);
}

/** True for a reviewer of the role and an admin, but for nobody's own emergency. */
export function mayReview(policy: Policy, request: Request, user: UserId, groups: Groups): boolean {
  const reviewers = roleNamed(policy, request.role)?.breakGlass?.review ?? [];
  return !isParty(request, user) && isAmong([...reviewers, ...policy.admins], user, groups);
}
