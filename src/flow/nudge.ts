/** Those asked are reminded once, in time or by the requester: one reply below the card. It stays pending. */
import type { RequestId, UserId } from "../domain/ids.ts";
import { lateFor } from "../domain/lifecycle.ts";
import { nudgeDue } from "../domain/nudge.ts";
import { isParty } from "../domain/parties.ts";
import { Refused } from "../domain/refusal.ts";
import { nudged } from "../domain/transitions.ts";
import type { AccessRequest, Later, Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";
import { takeDueStep } from "./support/due.ts";

export const nudgeApprovers = (ports: Ports, id: RequestId): Promise<Later> =>
  takeDueStep(ports, id, { due: nudgeDue, change: (now) => (r) => nudged(r, now) });

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
