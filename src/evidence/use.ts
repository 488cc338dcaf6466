/** Stores the counts of use from a batch of the hub's audit log, and when the hub last sent one. webhook.ts calls it. */
import { DAY } from "../request/durations.ts";
import type { ReadRequest, Store } from "../store/store.ts";
import { type Batch, countUse, eventsIn } from "./events.ts";

const TOLD_AT = "hub-told";

/** Returns when a batch last came (ms since the epoch); null where Redis knows of none. Throws StoreAway. */
export async function readHubTold({ kept }: Pick<Store, "kept">): Promise<number | null> {
  const told = Number(await kept(TOLD_AT));
  return told > 0 ? told : null;
}

/** Adds a batch once, though the hub may send it again. Resolves to the records of the grants in it. Throws StoreAway. */
export async function keepUse(
  store: Store,
  batch: Batch,
  owner: Parameters<typeof eventsIn>[1],
  now: number,
): Promise<ReadRequest[]> {
  const told = eventsIn(batch, owner);
  const requests = await store.readAll([...told.keys()]);
  const uses = requests.map(
    ({ id, ending }) => [id, countUse(told.get(id) ?? [], ending?.deletedAt ?? null)] as const,
  );
  await store.uses.add(batch.digest, new Map(uses));
  await store.keep(TOLD_AT, String(now), 400 * DAY);
  return requests;
}
