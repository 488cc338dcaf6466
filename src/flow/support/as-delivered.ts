/** Of what was asked for and today's catalog, by each policy that replicas go by, the strictest holds: what is shown at a click stands on no message. */

import { roleNamed } from "../../domain/catalog.ts";
import { isRevealed } from "../../domain/delivery.ts";
import type { AccessRequest, Ports } from "../ports.ts";
import { commit } from "./commit.ts";
import { underEach } from "./disputed.ts";

/** Before a token is made for it. Throws StoreDown, StoreUnsure. */
export async function asDelivered(
  ports: Ports,
  request: AccessRequest,
  each?: ReturnType<typeof underEach>,
): Promise<AccessRequest> {
  if (isRevealed(request)) return request;
  const isReveal = ({ policy }: Ports) => roleNamed(policy.roles, request.role)?.delivery === "reveal";
  if (!(await (each ?? underEach(ports))).some(isReveal)) return request;
  return commit(ports, request.id, (r) => (isRevealed(r) ? null : { ...r, delivery: "reveal" }));
}
