/** How the last canary of all replicas went. */
import { LastCanary } from "../domain/canary.ts";
import type { Canaries } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

export const createCanaries = ({ redis, keys }: Pick<Store, "redis" | "keys">): Canaries => ({
  async last() {
    const text = await reading(redis, () => redis.get(keys.canary));
    // What another version wrote counts as none.
    return LastCanary.safeParse(JSON.parse(text ?? "null")).data ?? null;
  },
  save: async (one) => void (await writing(redis, () => redis.set(keys.canary, JSON.stringify(one)))),
});
