/** What was allowed beforehand is allowed no more: by who allowed it, an approver of the role, an admin, or the person. → withdrawn */

import { type Allowance, disallowed, isOpen, type Withdrawer } from "../../domain/allowance.ts";
import { roleNamed } from "../../domain/catalog.ts";
import type { AllowanceId, Principal, UserId } from "../../domain/ids.ts";
import { approversOf } from "../../domain/today.ts";
import type { Ports } from "../ports.ts";
import { loadAllowance, openAllowances } from "../support/allowances.ts";
import { noteRefused } from "../support/note-refused.ts";
import { assertQualified } from "../support/reviewer.ts";
import { syncAllowance } from "./sync-allowance.ts";

/** Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
export async function withdrawAllowance(
  ports: Ports,
  { id, by }: { id: AllowanceId; by: UserId },
): Promise<Allowance> {
  const who = await withdrawer(ports, await loadAllowance(ports, id), by);
  const change = (a: Allowance) => disallowed(a, who, ports.clock.now());
  const after = await ports.allowances.update(id, change, { replicated: true });
  // An older copy of Redis must not bring it back: nobody waits for the hub to hear of it.
  void ports.epoch.settle();
  await syncAllowance(ports, id);
  return after;
}

/** Whatever this person was allowed beforehand, with all else of theirs. Throws StoreDown, StoreUnsure. */
export async function withdrawAllOf(ports: Ports, person: UserId, who: Withdrawer): Promise<void> {
  const { allowances, clock, epoch } = ports;
  for (const { id } of await openAllowances(ports, person)) {
    const change = (a: Allowance) => (isOpen(a, clock.now()) ? disallowed(a, who, clock.now()) : null);
    await allowances.update(id, change, { replicated: true });
    // Whatever else is to end does not wait for Slack.
    void syncAllowance(ports, id);
  }
  void epoch.settle();
}

/** Throws Refused, SlackBusy. */
async function withdrawer(ports: Ports, a: Allowance, by: UserId): Promise<Withdrawer> {
  if (a.person.id === by) return { by: a.person };
  const allower = a.allowedBy.find((one) => one.by.id === by);
  if (allower) return { by: allower.by, qualified: allower.qualified };
  const may = mayWithdraw(ports, a);
  const refusal = { kind: "may-not-allow", role: a.role, approvers: may } as const;
  const trying = { attempt: "disallow", by, id: a.id, of: a.person.id } as const;
  return noteRefused(ports, trying, () =>
    assertQualified(ports, by, { among: may, purpose: "end", refusal }),
  );
}

/** Besides the person, and who allowed it. */
export function mayWithdraw({ policy }: Ports, { role: name }: Allowance): Principal[] {
  const role = roleNamed(policy.roles, name);
  return [...new Set([...((role && approversOf(role)) ?? []), ...policy.admins])];
}
