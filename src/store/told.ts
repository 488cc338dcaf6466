/** What was told once, in Redis, so that no other replica and no later start tells it again. */
import { DAY } from "../domain/duration.ts";
import type { Told } from "../flow/ports.ts";
import { allOf, reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

/** After that, what still stands is told again. */
const REMEMBERED_SECONDS = (365 * DAY) / 1000;

/** Each call throws StoreDown or StoreUnsure when Redis does not answer. */
export function createTold({ redis, keys: { told, standing } }: Pick<Store, "redis" | "keys">): Told {
  return {
    async fresh(keys) {
      if (keys.length === 0) return [];
      const known = await reading(redis, () => redis.mget(keys.map(told)));
      return keys.filter((_, i) => known[i] === null);
    },
    async remember(keys) {
      const pipeline = redis.pipeline();
      for (const key of keys) pipeline.set(told(key), "1", "EX", REMEMBERED_SECONDS, "NX");
      const answers = await writing(redis, () => allOf(pipeline));
      return keys.filter((_, i) => answers[i] === "OK");
    },
    async noteStanding(group, keys, { areAll }) {
      const before = new Set(areAll ? await reading(redis, () => redis.smembers(standing(group))) : []);
      const now = new Set(keys);
      const come = keys.filter((key) => !before.has(key));
      const gone = [...before].filter((key) => !now.has(key));
      if (come.length + gone.length === 0) return;
      const pipeline = redis.pipeline();
      if (come.length > 0) pipeline.sadd(standing(group), come);
      // What breaks off in between is done by the next.
      if (gone.length > 0) pipeline.del(gone.map(told)).srem(standing(group), gone);
      await writing(redis, () => allOf(pipeline));
    },
  };
}
