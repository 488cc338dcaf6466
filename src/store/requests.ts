/** Requests in Redis: one hash a record, changed by compare-and-swap in Lua, each change of state on the trail by the same call. */
import type { Requests } from "../flow/ports.ts";
import { askedFor, noteAsked } from "./asked-for.ts";
import { adopt, make, update } from "./change.ts";
import { reading } from "./failures.ts";
import { get, getEach, getMany, lately, open, recent, unreviewed, unsettled } from "./look.ts";
import { replicator } from "./replicate.ts";
import { defineScripts } from "./scripts.ts";
import { createSeen } from "./seen.ts";
import type { Store } from "./store.ts";

type Options = Omit<Store, "replicate" | "seen"> & Partial<Pick<Store, "seen">>;

export function createRequests({ seen = createSeen(), ...options }: Options): Requests {
  const redis = defineScripts(options.redis);
  const store = { ...options, redis, seen, replicate: replicator(options) };
  return {
    make: async (request, triggerId, limits) => {
      await noteAsked(store, request);
      return make(store, request, triggerId, limits);
    },
    get: (id) => get(store, id),
    // While Redis is away, what is asked beside the look at it would be asked in vain.
    lately: async (id) => (redis.status === "ready" ? lately(store, id) : null),
    getMany: (ids) => getMany(store, ids),
    getEach: (ids) => getEach(store, ids),
    update: (id, change, how) => update(store, id, change, how),
    adopt: (request) => adopt(store, request),
    open: (person) => open(store, person),
    unreviewed: (person) => unreviewed(store, person),
    askedFor: (person) => askedFor(store, person),
    recent: (person) => recent(store, person),
    unsettled: (known) => unsettled(store, known),
    // It removes itself: a ping that was cut off leaves nothing.
    ping: async () => {
      await reading(store.redis, () => store.redis.set(store.keys.ping, "1", "PX", 1000));
    },
  };
}
