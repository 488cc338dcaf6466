/** Work on one request that nobody does beside it: who finds another at it looks again soon. */
import type { RequestId } from "../../domain/ids.ts";
import type { AccessRequest, Held, Later, Ports } from "../ports.ts";

const BUSY_MS = 250;

/** What the work resolves to, or when to look again. Throws what the work throws, StoreDown, StoreUnsure. */
export async function underLease(
  { lease, clock }: Pick<Ports, "lease" | "clock">,
  id: RequestId,
  work: (request: AccessRequest | null, held: Held) => Promise<Later>,
): Promise<Later> {
  const held = await lease.holdRequest(id, work);
  return held ? held.done : { again: clock.now() + BUSY_MS };
}
