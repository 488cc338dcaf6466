/** The requester takes the question back. asked | pending → withdrawn */
import type { RequestId, UserId } from "../domain/ids.ts";
import { Refused } from "../domain/refusal.ts";
import { withdrawn } from "../domain/transitions.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { enqueue } from "./support/enqueue.ts";

/** Throws Refused, StoreDown, StoreUnsure. */
export async function withdrawRequest(
  ports: Ports,
  { id, by }: { id: RequestId; by: UserId },
): Promise<AccessRequest> {
  const next = await ports.requests.update(id, (r) => {
    if (r.requester.id !== by) throw new Refused({ kind: "not-yours", id });
    return withdrawn(r, ports.clock.now());
  });
  await enqueue(ports, "draw", next, ports.clock.now());
  return next;
}
