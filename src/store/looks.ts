/** The last looks at the directory, in Redis: what is compared with them is the same for all replicas, and outlives them. */
import { DirectoryLook } from "../domain/directory-look.ts";
import type { Looks } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

export const createLooks = ({ redis, keys: { looks } }: Pick<Store, "redis" | "keys">): Looks => ({
  async last() {
    const [asked, look, peopleAt] = await reading(redis, () =>
      redis.hmget(looks, "asked", "look", "peopleAt"),
    );
    // What cannot be read is looked at anew.
    const known = look ? DirectoryLook.safeParse(JSON.parse(look)).data : undefined;
    return { asked: Number(asked ?? 0), look: known ?? null, peopleAt: Number(peopleAt ?? 0) };
  },
  // Counted: replicas' clocks differ.
  ask: async () => void (await writing(redis, () => redis.hincrby(looks, "asked", 1))),
  keep: async (look) => void (await writing(redis, () => redis.hset(looks, "look", JSON.stringify(look)))),
  keepPeople: async (at) => void (await writing(redis, () => redis.hset(looks, "peopleAt", at))),
});
