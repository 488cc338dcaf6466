/** Counts the completed sweeps of all replicas, so that each sees whether there are any. */
import type { Sweeps } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

export const createSweeps = ({ redis, keys }: Pick<Store, "redis" | "keys">): Sweeps => ({
  completed: async () => void (await writing(redis, () => redis.incr(keys.sweeps))),
  count: async () => Number(await reading(redis, () => redis.get(keys.sweeps))),
});
