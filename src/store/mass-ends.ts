/** What is being ended at once, in Redis until the last end is confirmed: whoever takes over goes on with it. */
import { MassEnd } from "../domain/mass-end.ts";
import type { MassEnds } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import { readingWhatCanBe } from "./readable.ts";
import { replicator } from "./replicate.ts";
import type { Store } from "./store.ts";

export function createMassEnds(store: Pick<Store, "redis" | "keys" | "onBroken">): MassEnds {
  const { redis, keys } = store;
  const readable = readingWhatCanBe(store);
  const replicate = replicator(store);
  return {
    async begin(one) {
      await writing(redis, () => redis.hsetnx(keys.massEnds, one.id, JSON.stringify(one)));
      // Whoever was told that it is done must not find it undone by a failover.
      await replicate();
    },
    async open() {
      const found = await reading(redis, () => redis.hgetall(keys.massEnds));
      return Object.entries(found).flatMap(([id, json]) => readable(MassEnd, json, id));
    },
    async save(one) {
      await writing(redis, () => redis.hset(keys.massEnds, one.id, JSON.stringify(one)));
    },
    async close(id) {
      await writing(redis, () => redis.hdel(keys.massEnds, id));
    },
  };
}
