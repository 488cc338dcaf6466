/** All that a batch of the hub's audit webhook tells. Pure. */
import type { z } from "zod";
import type { HubSigns } from "../../domain/hub-signs.ts";
import type { HubTold } from "../../domain/use.ts";
import { type EventList, eventsIn, type Grounds, toldBy } from "./event.ts";
import { later, signsIn } from "./signs.ts";

export interface HubBatch extends HubTold {
  signs: HubSigns;
}

/** One after the other: neither this process nor Redis serves anybody else meanwhile. */
const SLICE = 40;

/** Of a batch, a slice after the other; the last says when the hub was heard, for all before it is kept then. */
export function* slicesIn(list: z.infer<typeof EventList>, grounds: Grounds): Generator<HubBatch> {
  const { items } = list;
  let heardAt: number | null = null;
  for (let at = 0; at < items.length; at += SLICE) {
    const events = eventsIn({ ...list, items: items.slice(at, at + SLICE) });
    const told = toldBy(events, grounds);
    heardAt = later(heardAt, told.heardAt);
    const isLast = at + SLICE >= items.length;
    yield { ...told, heardAt: isLast ? heardAt : null, signs: signsIn(events, grounds) };
  }
}
