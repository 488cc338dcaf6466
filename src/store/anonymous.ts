/** Whether whoever shows no token read nothing at the last look of all replicas, and what was told of it. */
import { LastLook } from "../domain/anonymous.ts";
import type { AnonymousLooks } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

export const createAnonymousLooks = ({ redis, keys }: Pick<Store, "redis" | "keys">): AnonymousLooks => ({
  async last() {
    const text = await reading(redis, () => redis.get(keys.anonymous));
    // What another version wrote counts as none.
    return LastLook.safeParse(JSON.parse(text ?? "null")).data ?? null;
  },
  save: async (one) => void (await writing(redis, () => redis.set(keys.anonymous, JSON.stringify(one)))),
});
