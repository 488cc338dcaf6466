/** Which roles others' bindings give, by their names, in Redis: of a deletion the hub tells the name alone. */
import { reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

/** More are not known. */
const MOST = 1000;

/** All that a sweep found: where there is no room for more, what stands no longer is forgotten. Throws StoreDown, StoreUnsure. */
export async function rememberStanding(
  store: Pick<Store, "redis" | "keys">,
  bindings: readonly { name: string; clusterRole: string }[],
): Promise<void> {
  const { redis, keys } = store;
  const known = await reading(redis, () => redis.hkeys(keys.hubBindings));
  const standing = new Set(bindings.map(({ name }) => name));
  const gone = known.filter((name) => !standing.has(name));
  if (known.length >= MOST && gone.length > 0)
    await writing(redis, () => redis.hdel(keys.hubBindings, ...gone));
  await rememberBindings(store, bindings);
}

/** Throws StoreDown, StoreUnsure. */
export async function rememberBindings(
  { redis, keys }: Pick<Store, "redis" | "keys">,
  bindings: readonly { name: string; clusterRole: string }[],
): Promise<void> {
  if (bindings.length === 0) return;
  const room = MOST - (await reading(redis, () => redis.hlen(keys.hubBindings)));
  const known = await reading(redis, () =>
    redis.hmget(keys.hubBindings, ...bindings.map(({ name }) => name)),
  );
  const fresh = bindings.filter(({ clusterRole }, i) => known[i] !== clusterRole).slice(0, Math.max(room, 0));
  if (fresh.length === 0) return;
  await writing(redis, () =>
    redis.hset(
      keys.hubBindings,
      Object.fromEntries(fresh.map(({ name, clusterRole }) => [name, clusterRole])),
    ),
  );
}
