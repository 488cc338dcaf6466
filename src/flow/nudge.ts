/** Those asked are reminded once, in time or by the requester: one reply below the card. It stays pending. */
import { MINUTE } from "../domain/duration.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { lateFor } from "../domain/lifecycle.ts";
import { nudgeDue } from "../domain/nudge.ts";
import { isParty } from "../domain/parties.ts";
import { Refused } from "../domain/refusal.ts";
import { nudged } from "../domain/transitions.ts";
import type { AccessRequest, Later, Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";
import { enqueue } from "./support/enqueue.ts";

/** For a card that does not stand yet. */
const AGAIN_MS = MINUTE;

export async function nudgeApprovers(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  if (request?.state !== "pending") return undefined;
  const now = ports.clock.now();
  const { closesAt } = request;
  const due = nudgeDue(request);
  if (due === null || now >= closesAt) {
    // This was the request's one timer.
    await enqueue(ports, request, (jobs) => jobs.setTimer(id, null, { at: closesAt, step: "timeOut" }));
    return undefined;
  }
  if (now < due) return { again: due };
  if (!request.messages.card?.ts) return { again: Math.min(now + AGAIN_MS, closesAt) };
  await commit(ports, id, (r) => nudged(r, now));
  return undefined;
}

/** Throws Refused, StoreDown, StoreUnsure. */
export function nudgeByRequester(
  ports: Ports,
  { id, by }: { id: RequestId; by: UserId },
): Promise<AccessRequest> {
  return commit(ports, id, (r) => {
    if (!isParty(r, by)) throw new Refused({ kind: "not-yours", id });
    if (r.state !== "pending") throw new Refused(lateFor(r));
    if (r.nudgedAt !== undefined) throw new Refused({ kind: "reminded-already", at: r.nudgedAt });
    return nudged(r, ports.clock.now());
  });
}
