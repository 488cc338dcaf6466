/** What is asked to last longer must last still; null where it does, or nothing is. Throws StoreDown. */
import { isRenewing } from "../../domain/generations.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { noLonger } from "../../domain/today.ts";
import type { AccessRequest, Ports } from "../ports.ts";

export async function extendedGone(
  { requests, clock }: Pick<Ports, "requests" | "clock">,
  request: AccessRequest,
): Promise<Refusal | null> {
  if (!request.extends) return null;
  const grant = await requests.get(request.extends.id);
  const isLive = grant?.state === "active" || (grant !== null && isRenewing(grant));
  const lasts = isLive && "expiresAt" in grant && clock.now() < grant.expiresAt;
  return lasts ? null : noLonger(request, "ended");
}
