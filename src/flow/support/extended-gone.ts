/** What is asked to last longer must last still; null where it does, or nothing is. Throws StoreDown. */
import type { Refusal } from "../../domain/refusal.ts";
import { noLonger } from "../../domain/today.ts";
import type { AccessRequest, Ports } from "../ports.ts";

export async function extendedGone(
  { requests, clock }: Pick<Ports, "requests" | "clock">,
  request: AccessRequest,
): Promise<Refusal | null> {
  if (!request.extends) return null;
  const grant = await requests.get(request.extends.id);
  const lasts = grant?.state === "active" && clock.now() < grant.expiresAt;
  return lasts ? null : noLonger(request, "ended");
}
