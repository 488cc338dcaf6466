/** An approver allows a person's requests for a role beforehand: makes an allowance, or is one more who allows it. new → waiting | standing */
import type { AllowTerms } from "../../domain/allow-command.ts";
import {
  type Allowance,
  type Allower,
  disallowed,
  isOpen,
  joined,
  mayBeWithdrawn,
} from "../../domain/allowance.ts";
import { type Role, roleNamed } from "../../domain/catalog.ts";
import { totalOf } from "../../domain/extension.ts";
import { type AllowanceId, allowanceId, type UserId } from "../../domain/ids.ts";
import type { Person } from "../../domain/person.ts";
import { Refused } from "../../domain/refusal.ts";
import { approversOf } from "../../domain/today.ts";
import type { Ports } from "../ports.ts";
import { countNeeded, loadAllowance } from "../support/allowances.ts";
import { noteRefused, refuse } from "../support/note-refused.ts";
import { assertQualified } from "../support/reviewer.ts";
import { syncAllowance } from "./sync-allowance.ts";

export interface AllowPerson extends AllowTerms {
  by: UserId;
  person: UserId;
  /** Slack's trigger_id: the same one makes the same allowance. */
  triggerId: string;
}

/** Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
export async function allowPerson(
  ports: Ports,
  { by, person, triggerId, ...terms }: AllowPerson,
): Promise<Allowance> {
  const trying = { attempt: "allow", by, of: person } as const;
  if (by === person) await refuse(ports, trying, { kind: "allow-oneself" });
  const role = approvedRole(ports, terms.role);
  const [allower, recipient] = await Promise.all([
    noteRefused(ports, trying, () => allowerOf(ports, by, terms.role, role)),
    recipientOf(ports, person, terms.role, role),
  ]);
  const drawn = draft(ports, role, terms, recipient, allower);
  const make = () => ports.allowances.make(drawn, triggerId);
  const first = await make();
  const again = !first.made && (await putAside(ports, first.allowance, allower));
  const { made, allowance } = again ? await make() : first;
  if (!made) return join(ports, allowance, allower);
  await syncAllowance(ports, allowance.id);
  return allowance;
}

/** Allow too, on its message. Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
export async function allowToo(
  ports: Ports,
  { id, by }: { id: AllowanceId; by: UserId },
): Promise<Allowance> {
  const allowance = await loadAllowance(ports, id);
  const trying = { attempt: "allow", by, id, of: allowance.person.id } as const;
  if (allowance.person.id === by) await refuse(ports, trying, { kind: "allow-oneself" });
  const role = approvedRole(ports, allowance.role);
  const allower = await noteRefused(ports, trying, () => allowerOf(ports, by, allowance.role, role));
  assertSameTerms(allowance, role);
  return join(ports, allowance, allower);
}

/** What lets nothing pass any more keeps nobody from allowing it anew. */
async function putAside(ports: Ports, a: Allowance, { by, qualified }: Allower): Promise<boolean> {
  if (!mayBeWithdrawn(a, { before: ports.epoch.before() })) return false;
  const now = ports.clock.now();
  await ports.allowances.update(a.id, (r) => (isOpen(r, now) ? disallowed(r, { by, qualified }, now) : null));
  await syncAllowance(ports, a.id);
  return true;
}

/** Throws Refused(changed-since) where it would let nothing pass. */
async function join(ports: Ports, a: Allowance, allower: Allower): Promise<Allowance> {
  const { id, role } = a;
  if (mayBeWithdrawn(a, { before: ports.epoch.before() }))
    throw new Refused({ kind: "changed-since", role, what: "restored", of: "allowance" });
  const change = (r: Allowance) => joined(r, allower, ports.clock.now());
  const after = await ports.allowances.update(id, change, { replicated: true });
  await syncAllowance(ports, id);
  return after;
}

/** One that somebody must approve. Throws Refused. */
function approvedRole({ policy }: Ports, name: string): Role {
  const role = roleNamed(policy.roles, name);
  if (!role) throw new Refused({ kind: "changed-since", role: name, what: "role-gone", of: "allowance" });
  if (role.approval === "none") throw new Refused({ kind: "nothing-to-allow", role: name });
  return role;
}

/** What others allowed under other rules is not allowed by today's. Throws Refused. */
function assertSameTerms({ role, ...a }: Allowance, { clusterRole, duration: { max } }: Role): void {
  const changed = { kind: "changed-since", role, of: "allowance" } as const;
  if (a.clusterRole !== clusterRole) throw new Refused({ ...changed, what: "other-rights" });
  if (a.duration > max) throw new Refused({ ...changed, what: "too-long", max });
}

/** Throws Refused, SlackBusy. */
async function allowerOf(ports: Ports, by: UserId, name: string, role: Role): Promise<Allower> {
  const approvers = [...(approversOf(role) ?? [])];
  const refusal = { kind: "may-not-allow", role: name, approvers } as const;
  return { ...(await assertQualified(ports, by, { among: approvers, refusal })), at: ports.clock.now() };
}

/** Whoever could not ask for it is not allowed it. Throws Refused, SlackBusy. */
async function recipientOf(ports: Ports, id: UserId, name: string, role: Role): Promise<Person> {
  const who = role.requester?.in ?? [id];
  const refusal = { kind: "may-not-ask", role: name, who } as const;
  return (await assertQualified(ports, id, { among: who, refusal })).by;
}

function draft(
  { clock, policy, random }: Ports,
  role: Role,
  { role: name, duration, period, reason }: AllowTerms,
  person: Person,
  allower: Allower,
): Allowance {
  const now = clock.now();
  return {
    id: allowanceId(random()),
    version: 0,
    ...{ person, role: name, clusterRole: role.clusterRole, duration, period, reason },
    total: totalOf(role),
    madeAt: now,
    until: now + period,
    count: countNeeded(role),
    allowedBy: [allower],
    policy: policy.digest,
  };
}
