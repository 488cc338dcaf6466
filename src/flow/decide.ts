/** An approver approves or denies: exactly one decision wins. pending → approved | denied | timedOut | refused */
import { isDoubtful } from "../domain/epoch.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { lateFor } from "../domain/lifecycle.ts";
import { isParty } from "../domain/parties.ts";
import { reviewing } from "../domain/policy.ts";
import { type Deciding, type Refusal, Refused } from "../domain/refusal.ts";
import { approversToday, isChanged, noLonger, roleToday } from "../domain/today.ts";
import { closed, decided, type Verdict } from "../domain/transitions.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";
import { load } from "./support/load.ts";
import { resolveReviewer } from "./support/reviewer.ts";

export interface DecideRequest {
  id: RequestId;
  /** The number of the terms that the button was drawn for. */
  terms: number;
  by: UserId;
  verdict: Verdict;
}

/** Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
export async function decideRequest(
  ports: Ports,
  { id, terms, by, verdict }: DecideRequest,
): Promise<AccessRequest> {
  const { qualified, profile, request } = await assertMayReview(
    ports,
    id,
    by,
    verdict.approve ? "approve" : "deny",
  );
  const changed = await changedSince(ports, request);
  if (changed) return close(ports, id, changed);
  const next = await commit(
    ports,
    id,
    (r) => {
      if (r.terms !== terms) throw new Refused({ kind: "stale", id });
      return decided(r, verdict, profile, qualified, ports.clock.now());
    },
    { replicated: true },
  );
  if (next.state === "timedOut") throw new Refused(lateFor(next));
  return next;
}

/** As far as the record alone tells. Throws Refused. */
export function assertPending(request: AccessRequest, by: UserId, deciding: Deciding): void {
  const { approvers } = request;
  if (isParty(request, by)) throw new Refused({ kind: "own-request", approvers, deciding });
  if (request.state !== "pending") throw new Refused(lateFor(request));
}

/** Whether this person may decide this request at all, before a reason is typed. Throws Refused, SlackBusy. */
export async function assertMayReview(ports: Ports, id: RequestId, by: UserId, deciding: Deciding) {
  const request = await load(ports, id);
  const purpose = deciding === "approve" ? "decide" : "end";
  const role = roleToday(request, ports.policy.roles);
  const today = isChanged(role) ? null : approversToday(role);
  // Of whom it was asked, and of today's approvers: one and the same person must be both.
  const [{ profile, qualified: asked }, now] = await Promise.all([
    resolveReviewer(ports, by, request.approvers, purpose),
    today && !areSame(today, request.approvers) ? resolveReviewer(ports, by, today, purpose) : null,
  ]);
  const qualified = now ? asked && now.qualified : asked;
  const refusal = reviewing({ profile, qualified, deciding }, request);
  if (refusal) throw new Refused(refusal);
  assertPending(request, by, deciding);
  const { id: who, name, locale } = profile;
  return { request, profile: { id: who, name, locale }, qualified: qualified ?? who };
}

const areSame = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** What of the request today's rules no longer allow. Throws Refused(look-up-failed), SlackBusy. */
async function changedSince(ports: Ports, request: AccessRequest): Promise<Refusal | null> {
  if (isDoubtful(request, { before: ports.epoch.before() })) return noLonger(request, "restored");
  const role = roleToday(request, ports.policy.roles);
  if (isChanged(role)) return role;
  if (!role.requester) return null;
  const { qualified } = await resolveReviewer(ports, request.requester.id, role.requester.in);
  return qualified ? null : noLonger(request, "requester");
}

async function close(ports: Ports, id: RequestId, refusal: Refusal): Promise<never> {
  const next = await commit(ports, id, (r) => closed(r, refusal, ports.clock.now()));
  throw new Refused(next.state === "refused" ? refusal : lateFor(next));
}
