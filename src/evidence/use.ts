/** Keeps what a batch of the hub's audit log tells of the use of our grants. */
import { DAY } from "../request/durations.ts";
import type { ReadRequest, Store } from "../store/store.ts";
import { type Batch, usesIn } from "./events.ts";

const TOLD_AT = "hub-told";

/** When the hub's audit log last told anything; null: never, as far as Redis knows. Throws StoreAway. */
export async function readHubTold({ kept }: Pick<Store, "kept">): Promise<number | null> {
  const told = Number(await kept(TOLD_AT));
  return told > 0 ? told : null;
}

/** Once, though the hub may send a batch again. Resolves to the requests whose use it tells. Throws StoreAway. */
export async function keepUse(
  store: Store,
  batch: Batch,
  owner: Parameters<typeof usesIn>[1],
  now: number,
): Promise<ReadRequest[]> {
  const told = usesIn(batch, owner);
  const requests = await store.readAll([...told.keys()]);
  const ids = new Set(requests.map(({ id }) => id));
  await store.uses.add(batch.digest, new Map([...told].filter(([id]) => ids.has(id))));
  await store.keep(TOLD_AT, String(now), 400 * DAY);
  return requests;
}
