/** What ended by another word than its record's: the hub remembers what an operator ended on it while Redis was away, and by whom; this process what it ended itself. */
import { endOnHubOf, endsOf, remembered } from "../../domain/ended-on-hub.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { End } from "../../domain/request.ts";
import { type HubEnds, TroubleOutside } from "../ports.ts";
import type { RecentAnchor } from "../support/recent-anchor.ts";

/** Others write to the same object. */
const TRIES = 5;

/** `begun`: see begun-ends.ts. */
export function createHubEnds(anchor: RecentAnchor, begun: ReadonlyMap<RequestId, End>): HubEnds {
  const noted = async () => (await anchor.recent())?.ended ?? [];
  return {
    all: async () => new Map([...endsOf(await noted()), ...begun]),
    begun: () => begun,
    of: async (id) => begun.get(id) ?? endOnHubOf(await noted(), id),
    remember: async (one) => {
      for (let tries = 0; tries < TRIES; tries++) {
        const from = await anchor.now();
        if (await anchor.write({ ended: remembered(from?.ended ?? [], one) }, from)) return;
      }
      throw new TroubleOutside("hub", "others change what the hub remembers all the time");
    },
  };
}
