/** The holder takes the token off the message; the access stays. */
import type { RequestId, UserId } from "../domain/ids.ts";
import { Refused } from "../domain/refusal.ts";
import { hidden } from "../domain/transitions.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { redrawToken } from "./sync-messages.ts";

/** No lease is needed: an active request's token message is only ever redacted. One that is being shown is redacted after. Throws Refused, StoreDown, StoreUnsure. */
export async function hideToken(
  ports: Ports,
  { id, by }: { id: RequestId; by: UserId },
): Promise<AccessRequest> {
  const next = await ports.requests.update(id, (r) => {
    if (r.requester.id !== by) throw new Refused({ kind: "not-yours", id });
    return hidden(r);
  });
  if (next.state === "active") await redrawToken(ports, id);
  return next;
}
