/** What an approver may approve in place of what is asked for: a shorter time, or a role that gives less. */
import { approvalOf, type Role, roleNamed } from "../domain/catalog.ts";
import { SHORTEST } from "../domain/duration.ts";
import type { UserId } from "../domain/ids.ts";
import type { Less } from "../domain/less.ts";
import { termsOf } from "../domain/policy.ts";
import { isOffered, judge } from "../domain/policy-engine.ts";
import { Refused } from "../domain/refusal.ts";
import { refusalIn } from "../domain/rules/policy-denies.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { askedOf } from "./request.ts";
import { countApprovers } from "./support/count-approvers.ts";
import { resolveRequester, resolveReviewer } from "./support/reviewer.ts";
import { rolesBelow } from "./support/roles-below.ts";

/** As somebody chose it; the role that is asked for where none is named. */
export interface LessChosen {
  role?: string | undefined;
  duration: number;
}

/** With all that a request of such terms is frozen with. Throws Refused, SlackBusy. */
export async function lessOf(
  ports: Ports,
  request: AccessRequest,
  by: UserId,
  { role = request.role, duration }: LessChosen,
): Promise<Less> {
  if (duration < SHORTEST) throw new Refused({ kind: "too-short", min: SHORTEST });
  const less = role === request.role ? { duration } : await lowerOf(ports, request, by, { role, duration });
  const facts = await resolveRequester(ports, { ...request, role });
  const denied = refusalIn(judge(ports.policy, { ...request, role, duration }, facts));
  if (denied) throw new Refused(denied);
  return less;
}

async function lowerOf(
  ports: Ports,
  request: AccessRequest,
  by: UserId,
  { role: name, duration }: { role: string; duration: number },
): Promise<Less> {
  const role = roleNamed(ports.policy.roles, name);
  const lower = await lowerRoles(ports, request, by, [name]);
  if (!role || !lower?.includes(name)) throw new Refused({ kind: "not-lower", role: name });
  const { isFor, approvers, count, fallback } = askedOf(role, request.requestedAt, request.closesAt);
  const { clusterRole, delivery } = role;
  return { role: name, clusterRole, delivery, duration, isFor, approvers, count, fallback };
}

/** Of these, the roles that give less, that this person and enough others approve, and that the requester may ask for and does not have; null where the hub does not say what gives less. Throws Refused, SlackBusy. */
export async function lowerRoles(
  ports: Ports,
  request: AccessRequest,
  by: UserId,
  names = Object.keys(ports.policy.roles),
): Promise<string[] | null> {
  const { roles } = ports.policy;
  const asked = roleNamed(roles, request.role);
  // More time is of the role that is held.
  if (!asked || request.extends) return [];
  const held = (await ports.requests.open(request.requester.id)).map(({ role }) => role);
  const free = names.filter((name) => !held.includes(name) && isAskable(ports, request, name));
  const lower = await rolesBelow(ports, asked, free);
  if (!lower) return null;
  const found = await Promise.all(
    lower.map(async ({ name, role }) => {
      const may = (await mayBoth(ports, request, by, name)) && (await canEnough(ports, request, name, role));
      return may ? name : null;
    }),
  );
  return found.filter((name) => name !== null);
}

/** With the reason that was given. */
function isAskable({ policy }: Ports, { reason }: AccessRequest, role: string): boolean {
  try {
    termsOf({ role, time: { ms: SHORTEST }, reason }, policy.roles);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** Nobody approves a role that needs no approval. */
async function mayBoth(ports: Ports, { requester }: AccessRequest, by: UserId, name: string) {
  const approval = approvalOf(ports.policy.roles, name);
  if (!approval) return false;
  const [approver, facts] = await Promise.all([
    resolveReviewer(ports, by, approval.by),
    resolveRequester(ports, { requester, role: name }),
  ]);
  return approver.qualified !== null && isOffered(ports.policy, name, facts) === true;
}

/** Whoever approves it for less is one of them. */
async function canEnough(ports: Ports, request: AccessRequest, name: string, role: Role): Promise<boolean> {
  const { approvers, count = 1, fallback } = askedOf(role, request.requestedAt);
  if (count === 1) return true;
  const asked = { ...request, role: name, approvers, count, fallback };
  const found = await countApprovers(ports, asked, role);
  return found !== null && found.able >= found.needed;
}
