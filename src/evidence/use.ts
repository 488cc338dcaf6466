/** Keeps what a batch of the hub's audit log tells of the use of our grants. */
import type { ReadRequest, Store } from "../store/store.ts";
import { type Batch, usesIn } from "./events.ts";

/** Once, though the hub may send a batch again. Resolves to the requests whose use it tells. Throws StoreAway. */
export async function keepUse(
  store: Store,
  batch: Batch,
  owner: Parameters<typeof usesIn>[1],
): Promise<ReadRequest[]> {
  const told = usesIn(batch, owner);
  const requests = await store.readAll([...told.keys()]);
  const ids = new Set(requests.map(({ id }) => id));
  await store.uses.add(batch.digest, new Map([...told].filter(([id]) => ids.has(id))));
  return requests;
}
