/** An administrator ends all access of a person, or to a role; and what that would end, before it does. */
import type { UserId } from "../../domain/ids.ts";
import { isEndedBy, isIn, type MassEnd, type Scope } from "../../domain/mass-end.ts";
import { Refused } from "../../domain/refusal.ts";
import type { Ports } from "../ports.ts";
import { assertAdmin } from "../support/admin.ts";
import { openAllowances } from "../support/allowances.ts";
import { followAll } from "../support/as-on-hub.ts";
import { beginMassEnd } from "./mass-end.ts";

export interface RevokeAll {
  by: UserId;
  scope: Exclude<Scope, { what: "everything" }>;
  reason: string;
  /** Slack's trigger_id: the same one ends them once. */
  triggerId: string;
}

/** Those of this moment, and what a person was allowed beforehand; who asks now is judged as ever. Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
export async function revokeAll(
  ports: Ports,
  { by, scope, reason, triggerId }: RevokeAll,
): Promise<Affected> {
  const admin = await assertAdmin(ports, by, "revoke all");
  const isSeen = await followAll(ports);
  const affected = await lookAtScope(ports, scope);
  if (affected.grants + affected.allowed === 0)
    throw new Refused({ kind: isSeen ? "nothing-in-scope" : "stands-unknown" });
  const one: MassEnd = {
    ...{ id: `revoke-${triggerId}`, scope, ...admin, reason, at: ports.clock.now() },
    ...{ left: [], stripped: false, troubled: 0 },
  };
  await beginMassEnd(ports, one);
  return affected;
}

export interface Affected {
  grants: number;
  people: number;
  /** How many grants of each role, the most first. */
  roles: [role: string, grants: number][];
  /** What waits for a decision. */
  waiting: number;
  /** What a person was allowed beforehand. */
  allowed: number;
}

/** Throws StoreDown, and Unreadable of a person of whom nothing else is known. */
export async function lookAtScope(
  ports: Pick<Ports, "requests" | "allowances" | "clock">,
  scope: Scope,
): Promise<Affected> {
  const [people, roles] = [new Set<UserId>(), new Map<string, number>()];
  let [grants, waiting] = [0, 0];
  for await (const batch of ports.requests.unsettled())
    for (const r of batch.filter((one) => isIn(scope, one))) {
      if (r.state === "requested" || r.state === "pending") waiting += 1;
      if (!isEndedBy(scope, r)) continue;
      grants += 1;
      people.add(r.requester.id);
      roles.set(r.role, (roles.get(r.role) ?? 0) + 1);
    }
  const allowed = scope.what === "person" ? (await openAllowances(ports, scope.person)).length : 0;
  // That nothing stands is not known of whom nobody can read all.
  if (grants + allowed === 0 && scope.what === "person") await ports.requests.open(scope.person);
  return { grants, people: people.size, roles: [...roles].sort((a, b) => b[1] - a[1]), waiting, allowed };
}
