/** Requests in Redis: one hash a record, changed by compare-and-swap in Lua, each change of state on the trail by the same call. */
import type { Requests } from "../flow/ports.ts";
import { adopt, make, update } from "./change.ts";
import { reading } from "./failures.ts";
import { get, getMany, open, unsettled } from "./look.ts";
import type { Store } from "./store.ts";

export function createRequests(store: Store): Requests {
  return {
    make: (request, triggerId) => make(store, request, triggerId),
    get: (id) => get(store, id),
    getMany: (ids) => getMany(store, ids),
    update: (id, change) => update(store, id, change),
    adopt: (request) => adopt(store, request),
    open: (person) => open(store, person),
    unsettled: () => unsettled(store),
    // It removes itself: a ping that was cut off leaves nothing.
    ping: async () => {
      await reading(store.redis, () => store.redis.set(store.keys.ping, "1", "PX", 1000));
    },
  };
}
