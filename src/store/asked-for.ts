/** Who asked for somebody else finds it again while it waits: an index written before the record, which may name what was never made. */
import { LONGEST } from "../domain/duration.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import type { AccessRequest, In } from "../flow/ports.ts";
import { reading } from "./failures.ts";
import { getMany } from "./look.ts";
import type { Store } from "./store.ts";

/** Throws StoreDown. */
export async function noteAsked({ redis, keys, clock }: Store, request: In<"requested">): Promise<void> {
  const { askedBy, id, closesAt, startsAt = 0 } = request;
  if (!askedBy) return;
  const key = keys.askedFor(askedBy.id);
  // Without an answer, nothing that counts was stored.
  await reading(redis, () =>
    Promise.all([
      redis.zremrangebyscore(key, "-inf", clock.now()),
      redis.zadd(key, Math.max(closesAt, startsAt), id),
      redis.pexpire(key, LONGEST),
    ]),
  );
}

/** Throws StoreDown. */
export async function askedFor(store: Store, person: UserId): Promise<AccessRequest[]> {
  const { redis, keys } = store;
  const ids = await reading(redis, () => redis.zrange(keys.askedFor(person), "0", "-1"));
  const found = await getMany(store, ids as RequestId[]);
  return found
    .filter((one) => one !== null && one !== "unreadable")
    .filter(({ state }) => ["requested", "pending", "scheduled"].includes(state))
    .sort((a, b) => a.requestedAt - b.requestedAt);
}
