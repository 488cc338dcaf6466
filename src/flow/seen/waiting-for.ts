/** What waits for a person: requests to decide, emergencies to review, and what others would allow beforehand. */
import { type Allowance, mayBeWithdrawn, statusOf } from "../../domain/allowance.ts";
import { reviewersOf } from "../../domain/break-glass.ts";
import { roleNamed } from "../../domain/catalog.ts";
import type { Principal, UserId } from "../../domain/ids.ts";
import { isParty } from "../../domain/parties.ts";
import { approvalsOf } from "../../domain/request.ts";
import { approversAsked, approversOf, approversToday, everToday } from "../../domain/today.ts";
import type { AccessRequest, Ports } from "../ports.ts";
import { filter } from "../support/filter.ts";
import { type Qualifies, qualifier } from "../support/qualifier.ts";

export interface WaitingFor {
  /** The first to close first. */
  requests: AccessRequest[];
  reviews: AccessRequest[];
  allowances: Allowance[];
}

/** By who they were an hour ago at most: whatever they press is looked up anew. Throws StoreDown, ListsBehind, and what `isAmong` throws. */
export async function waitingFor(
  ports: Ports,
  person: UserId,
  isAmong: Qualifies = qualifier(ports, person),
): Promise<WaitingFor> {
  const [requests, reviews, allowances] = await Promise.all([
    toDecide(ports, person, isAmong),
    toReview(ports, person, isAmong),
    toAllow(ports, person, isAmong),
  ]);
  return { requests, reviews, allowances };
}

export const countWaiting = ({ requests, reviews, allowances }: WaitingFor): number =>
  requests.length + reviews.length + allowances.length;

async function toDecide({ policy, lists }: Ports, person: UserId, isAmong: Qualifies) {
  // Where today's rules ask for nobody, those decide who were asked.
  const isOne = async (today: readonly Principal[] | null) => today === null || isAmong(today);
  const roles = await filter(Object.entries(policy.roles), ([, role]) => isOne(everToday(role)));
  const waiting = roles.length > 0 ? await lists.waiting(roles.map(([name]) => name)) : [];
  const open = waiting.filter((r) => !isParty(r, person) && !hasApproved(r, person));
  return filter(open, async (r) => {
    const role = roleNamed(policy.roles, r.role);
    return role !== undefined && (await isAmong(approversAsked(r))) && isOne(approversToday(r, role));
  });
}

const hasApproved = (r: AccessRequest, person: UserId): boolean =>
  approvalsOf(r).some(({ by }) => by.id === person);

async function toReview({ policy, lists }: Ports, person: UserId, isAmong: Qualifies) {
  const open = (await lists.unreviewed()).filter(
    ({ requester, emergency }) =>
      requester.id !== person && !emergency?.reviews.some(({ by }) => by.id === person),
  );
  return filter(open, (r) => isAmong([...new Set([...reviewersOf(r, policy.roles), ...policy.admins])]));
}

async function toAllow({ policy, allowances, clock, epoch }: Ports, person: UserId, isAmong: Qualifies) {
  const before = epoch.before();
  const waiting = (await allowances.all()).filter(
    (a) =>
      statusOf(a, clock.now()) === "waiting" &&
      !mayBeWithdrawn(a, { before }) &&
      a.person.id !== person &&
      !a.allowedBy.some(({ by }) => by.id === person),
  );
  return filter(waiting, async ({ role: name }) => {
    const role = roleNamed(policy.roles, name);
    return isAmong((role && approversOf(role)) ?? []);
  });
}
