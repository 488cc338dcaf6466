/** The hub remembers what an operator ended on it while Redis was away, and by whom, for whoever records it. */
import { endOnHubOf, endsOf, remembered } from "../domain/ended-on-hub.ts";
import { type HubEnds, TroubleOutside } from "./ports.ts";
import type { RecentAnchor } from "./support/recent-anchor.ts";

/** Others write to the same object. */
const TRIES = 5;

export function createHubEnds(anchor: RecentAnchor): HubEnds {
  const noted = async () => (await anchor.recent())?.ended ?? [];
  return {
    all: async () => endsOf(await noted()),
    of: async (id) => endOnHubOf(await noted(), id),
    remember: async (one) => {
      for (let tries = 0; tries < TRIES; tries++) {
        const from = await anchor.now();
        if (await anchor.write({ ended: remembered(from?.ended ?? [], one) }, from)) return;
      }
      throw new TroubleOutside("hub", "others change what the hub remembers all the time");
    },
  };
}
