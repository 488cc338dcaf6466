/** The hub remembers what an operator ended on it while Redis was away, and by whom, for whoever records it. */
import { endOnHubOf, remembered } from "../domain/ended-on-hub.ts";
import { type Anchor, type HubEnds, type Ports, TroubleOutside } from "./ports.ts";
import { recently } from "./support/recent.ts";

/** Others write to the same object. */
const TRIES = 5;

export function createHubEnds({
  clock,
  stopping,
  anchor,
}: Pick<Ports, "clock" | "stopping"> & { anchor: Anchor }): HubEnds {
  const hub = recently({ clock }, () => anchor.read(stopping));
  return {
    of: async (id) => endOnHubOf((await hub.recent())?.ended ?? [], id),
    remember: async (one) => {
      for (let tries = 0; tries < TRIES; tries++) {
        const from = await hub.now();
        if (await anchor.write({ ended: remembered(from?.ended ?? [], one) }, from, stopping)) return;
      }
      throw new TroubleOutside("hub", "others change what the hub remembers all the time");
    },
  };
}
