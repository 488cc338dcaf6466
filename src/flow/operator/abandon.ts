/** An end that nobody can confirm any more is settled by an operator's word. ending → ended */
import { MINUTE } from "../../domain/duration.ts";
import { leaving } from "../../domain/former.ts";
import { generationGone, goingFrom } from "../../domain/generations.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { AccessRequest, Ports } from "../ports.ts";
import { commit } from "../support/commit.ts";
import { load } from "../support/load.ts";

/** Until then it may still be confirmed as ever. */
export const ABANDON_AFTER_MS = MINUTE;

export interface Abandoning {
  id: RequestId;
  operator: string;
  reason?: string | undefined;
}

/**
 * Of its earlier generations too. What still stands on the hub goes when it answers again. `not-ending`: there is
 * nothing to settle. `confirmed`: somebody proved it at that very moment. Throws Refused(unknown-request), StoreDown, StoreUnsure.
 */
export async function abandonEnd(
  ports: Ports,
  { id, operator, reason }: Abandoning,
): Promise<AccessRequest | "not-ending" | "too-soon" | "confirmed"> {
  const request = await load(ports, id);
  const now = ports.clock.now();
  if (goingFrom(request).length === 0) return "not-ending";
  if (now < goesSince(request) + ABANDON_AFTER_MS) return "too-soon";
  let settled = request;
  let isOurs = false;
  for (const { generation, deletedAt = now } of goingFrom(request))
    settled = await commit(ports, id, (r) => {
      const gone = generationGone(r, generation, {
        method: "abandoned",
        deletedAt,
        at: now,
        operator,
        reason,
      });
      isOurs = gone !== null;
      return gone;
    });
  // What it was used for is not told: its token may work on.
  if (isOurs && settled.state === "ended") await ports.evidence?.forgetRights(id).catch(() => {});
  return isOurs ? settled : "confirmed";
}

const goesSince = (r: AccessRequest): number =>
  Math.max(...leaving(r).map(({ at }) => at), ...(r.state === "ending" ? [r.end.at] : []));
