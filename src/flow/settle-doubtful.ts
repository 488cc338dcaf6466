/** An approval of before Redis was restored is never provisioned: what stands on the hub goes on, anything else may have ended since. */
import { failed } from "../domain/transitions.ts";
import type { In, Ports } from "./ports.ts";
import { adoptGrant, wasDelivered } from "./repair.ts";
import { commit } from "./support/commit.ts";
import { reportOutage } from "./support/outage.ts";

/** While the request's lease is held. Throws what the hub throws. */
export async function settleDoubtful(
  ports: Ports,
  request: In<"approved" | "delivering">,
  signal: AbortSignal,
): Promise<void> {
  const uids = "grant" in request ? request.grant : {};
  const on = await reportOutage(ports, request.id, "hub", () => ports.grants.find(request, uids, signal));
  if (wasDelivered(on)) return adoptGrant(ports, on);
  ports.log.warn({ id: request.id }, "not provisioned: Redis was restored, and it may have ended since");
  await commit(ports, request.id, (r) => failed(r, "restored", ports.clock.now()));
}
