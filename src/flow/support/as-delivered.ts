/** Of what was asked for and today's catalog the stricter holds: what is shown at a click stands on no message. */

import { roleNamed } from "../../domain/catalog.ts";
import { isRevealed } from "../../domain/delivery.ts";
import type { AccessRequest, Ports } from "../ports.ts";
import { commit } from "./commit.ts";

/** Before a token is made for it. Throws StoreDown, StoreUnsure. */
export async function asDelivered(ports: Ports, request: AccessRequest): Promise<AccessRequest> {
  const isReveal = roleNamed(ports.policy.roles, request.role)?.delivery === "reveal";
  if (isRevealed(request) || !isReveal) return request;
  return commit(ports, request.id, (r) => (isRevealed(r) ? null : { ...r, delivery: "reveal" }));
}
