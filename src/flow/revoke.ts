/** Access ends before its time, or before it begins: its holder releases it, an approver or admin revokes it. scheduled → ended | withdrawn; approved | delivering | active → ending */

import { reviewersOf } from "../domain/break-glass.ts";
import { roleNamed } from "../domain/catalog.ts";
import type { Principal, RequestId, UserId } from "../domain/ids.ts";
import { lateFor } from "../domain/lifecycle.ts";
import { Refused } from "../domain/refusal.ts";
import { type AccessRequest, isRevocable } from "../domain/request.ts";
import { approversAsked, approversToday } from "../domain/today.ts";
import { endingOrLate, withdrawn } from "../domain/transitions.ts";
import type { Ports } from "./ports.ts";
import { followHubIfThere } from "./support/as-on-hub.ts";
import { commit } from "./support/commit.ts";
import { load } from "./support/load.ts";
import { noteRefused } from "./support/note-refused.ts";
import { assertQualified, resolveReviewer } from "./support/reviewer.ts";

/** What has not begun is withdrawn. Throws Refused, StoreDown, StoreUnsure. */
export async function releaseGrant(
  ports: Ports,
  { id, by }: { id: RequestId; by: UserId },
): Promise<AccessRequest> {
  const change = (r: AccessRequest) => {
    if (r.requester.id !== by) throw new Refused({ kind: "not-yours", id });
    const at = ports.clock.now();
    if (r.state === "scheduled") return withdrawn(r, at, r.requester);
    return endingOrLate(r, { cause: "released", by: r.requester, at });
  };
  await followHubIfThere(ports, await ports.requests.get(id));
  return commit(ports, id, change, { replicated: true });
}

export interface RevokeGrant {
  id: RequestId;
  by: UserId;
  reason?: string;
}

/** The holder's own is a release. Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
export async function revokeGrant(ports: Ports, { id, by, reason }: RevokeGrant): Promise<AccessRequest> {
  const revoker = await assertMayRevoke(ports, id, by);
  if (!revoker) return releaseGrant(ports, { id, by });
  const end = () => ({
    cause: "revoked" as const,
    ...revoker,
    reason: reason || undefined,
    at: ports.clock.now(),
  });
  await followHubIfThere(ports, await ports.requests.get(id));
  return commit(ports, id, (r) => endingOrLate(r, end()), { replicated: true });
}

/** By what this person may end this grant; null for the holder, who needs nothing. Throws Refused, StoreDown. */
export const assertMayRevoke = (ports: Ports, id: RequestId, by: UserId) =>
  noteRefused(ports, { attempt: "revoke", id, by }, async () => {
    const request = await load(ports, id);
    if (request.requester.id === by) return null;
    const approvers = mayRevoke(ports, request);
    const refusal = { kind: "not-approver", approvers } as const;
    return assertQualified(ports, by, { among: approvers, purpose: "end", refusal });
  });

/** Throws Refused(late). */
export function assertLive(request: AccessRequest): void {
  if (!isRevocable(request)) throw new Refused(lateFor(request));
}

/** Who approved it, who may approve it today, who reviews it, and the admins. */
export const mayRevoke = ({ policy }: Pick<Ports, "policy">, request: AccessRequest): Principal[] => {
  const role = roleNamed(policy.roles, request.role);
  const today = (role && approversToday(request, role)) ?? [];
  const reviewers = request.emergency ? reviewersOf(request, policy.roles) : [];
  return [...new Set([...approversAsked(request), ...today, ...reviewers, ...policy.admins])];
};

/** The grants of `of` that `by` may end now. Throws Refused, SlackBusy. */
export async function revocableGrants(
  ports: Ports,
  { of, by }: { of: UserId; by: UserId },
): Promise<AccessRequest[]> {
  const live = (await ports.requests.open(of)).filter(isRevocable);
  if (of === by) return live;
  const may = await Promise.all(live.map((r) => resolveReviewer(ports, by, mayRevoke(ports, r), "end")));
  const mine = live.filter((_, i) => may[i]?.qualified && may[i].profile.standing === "member");
  if (live.length > 0 && mine.length === 0)
    throw new Refused({ kind: "not-approver", approvers: live.flatMap((r) => mayRevoke(ports, r)) });
  return mine;
}
