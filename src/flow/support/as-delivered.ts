/** Of what was asked for and today's catalog, by each policy that replicas go by, the strictest holds: what is shown at a click stands on no message. */

import { roleNamed } from "../../domain/catalog.ts";
import { isRevealed } from "../../domain/delivery.ts";
import type { AccessRequest, Ports } from "../ports.ts";
import { commit } from "./commit.ts";
import { underEach } from "./disputed.ts";

/** Whether its next token is shown at a click. Throws StoreDown. */
export async function willBeRevealed(
  ports: Ports,
  request: AccessRequest,
  each?: ReturnType<typeof underEach>,
): Promise<boolean> {
  if (isRevealed(request)) return true;
  const isReveal = ({ policy }: Ports) => roleNamed(policy.roles, request.role)?.delivery === "reveal";
  return (await (each ?? underEach(ports))).some(isReveal);
}

/** Before a token is made for it. Throws StoreDown, StoreUnsure. */
export async function asDelivered(
  ports: Ports,
  request: AccessRequest,
  each?: ReturnType<typeof underEach>,
): Promise<AccessRequest> {
  if (isRevealed(request) || !(await willBeRevealed(ports, request, each))) return request;
  return commit(ports, request.id, (r) => (isRevealed(r) ? null : { ...r, delivery: "reveal" }));
}
