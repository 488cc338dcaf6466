/** An approver approves or denies: exactly one decision wins. pending → approved | denied | timedOut */
import type { RequestId, UserId } from "../domain/ids.ts";
import { reviewing } from "../domain/policy.ts";
import { Refused } from "../domain/refusal.ts";
import { decided, late } from "../domain/transitions.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { enqueue } from "./support/enqueue.ts";
import { load } from "./support/load.ts";
import { resolveReviewer } from "./support/reviewer.ts";

export interface DecideRequest {
  id: RequestId;
  /** The revision of the terms that the button was drawn for. */
  terms: number;
  by: UserId;
  verdict: { approve: true } | { approve: false; why: string };
}

/** Throws Refused, StoreDown, StoreUnsure. */
export async function decideRequest(
  ports: Ports,
  { id, terms, by, verdict }: DecideRequest,
): Promise<AccessRequest> {
  const { qualified, profile } = await assertMayReview(ports, id, by);
  const next = await ports.requests.update(id, (r) => {
    if (r.terms !== terms) throw new Refused({ kind: "stale", id });
    return decided(r, verdict, profile, qualified, ports.clock.now());
  });
  const now = ports.clock.now();
  if (next.state === "approved") await enqueue(ports, "provision", next, now);
  await enqueue(ports, "draw", next, now);
  if (next.state === "timedOut") throw new Refused(late(next));
  return next;
}

/** Whether this person may decide this request at all, before a reason is typed. Throws Refused. */
export async function assertMayReview(ports: Ports, id: RequestId, by: UserId) {
  const request = await load(ports, id);
  const { profile, qualified } = await resolveReviewer(ports, by, request.approvers);
  const refusal = reviewing({ profile, qualified }, request);
  if (refusal) throw new Refused(refusal);
  if (request.state !== "pending") throw new Refused(late(request));
  const { id: who, name, locale } = profile;
  return { request, profile: { id: who, name, locale }, qualified: qualified ?? who };
}
