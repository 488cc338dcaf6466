/** What is asked to last longer must last still. */
import { isTaken } from "../../domain/break-glass.ts";
import { isRenewing } from "../../domain/generations.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { noLonger } from "../../domain/today.ts";
import { type AccessRequest, type Ports, Unreadable } from "../ports.ts";

type Known = Pick<Ports, "requests" | "clock">;
type Extending = AccessRequest & { extends: NonNullable<AccessRequest["extends"]> };

/** Null where it lasts still, or nothing is asked to. Throws StoreDown, Unreadable. */
export async function extendedGone(ports: Known, request: AccessRequest): Promise<Refusal | null> {
  if (!isExtending(request)) return null;
  const grant = await extendedGrant(ports, request);
  const isLive = grant?.state === "active" || (grant !== null && isRenewing(grant));
  const lasts = isLive && "expiresAt" in grant && ports.clock.now() < grant.expiresAt;
  return lasts ? null : noLonger(request, "ended");
}

/**
 * Null where there is none. One that cannot be read may be mended while it can last; past any end that it can have,
 * the hub has ended it. Throws StoreDown, Unreadable.
 */
export async function extendedGrant(
  { requests, clock }: Known,
  request: Extending,
): Promise<AccessRequest | null> {
  try {
    return await requests.get(request.extends.id);
  } catch (error) {
    const isOver = clock.now() >= request.extends.until + request.duration;
    if (error instanceof Unreadable && isOver) return null;
    throw error;
  }
}

/** What was taken in an emergency is asked to last longer. Throws StoreDown, Unreadable. */
export async function extendsTaken(ports: Known, request: AccessRequest): Promise<boolean> {
  const grant = isExtending(request) && (await extendedGrant(ports, request));
  return Boolean(grant && isTaken(grant));
}

const isExtending = (r: AccessRequest): r is Extending => r.extends !== undefined;
