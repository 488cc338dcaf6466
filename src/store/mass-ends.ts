/** What is being ended at once, in Redis until the last end is confirmed: whoever takes over goes on with it. */
import { MassEnd } from "../domain/mass-end.ts";
import type { MassEnds } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import { replicator } from "./replicate.ts";
import type { Store } from "./store.ts";

export function createMassEnds(store: Pick<Store, "redis" | "keys" | "onBroken">): MassEnds {
  const { redis, keys } = store;
  const broken = new Set<string>();
  /** What another version ends in a way that ours does not know is left to it, and said once. */
  const readable = ([id, json]: [string, string]): MassEnd[] => {
    try {
      return [MassEnd.parse(JSON.parse(json))];
    } catch (error) {
      if (!broken.has(id)) store.onBroken(error as Error);
      broken.add(id);
      return [];
    }
  };
  const replicate = replicator(store);
  return {
    async begin(one) {
      await writing(redis, () => redis.hsetnx(keys.massEnds, one.id, JSON.stringify(one)));
      // Whoever was told that it is done must not find it undone by a failover.
      await replicate();
    },
    async open() {
      const found = await reading(redis, () => redis.hgetall(keys.massEnds));
      return Object.entries(found).flatMap(readable);
    },
    async save(one) {
      await writing(redis, () => redis.hset(keys.massEnds, one.id, JSON.stringify(one)));
    },
    async close(id) {
      await writing(redis, () => redis.hdel(keys.massEnds, id));
    },
  };
}
