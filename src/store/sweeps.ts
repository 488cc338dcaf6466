/** Counts the completed sweeps of all replicas, so that each sees whether there are any, and keeps what the last one found. */
import { z } from "zod";
import { emptyTally } from "../domain/tally.ts";
import type { Sweeps } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

export const createSweeps = ({ redis, keys }: Pick<Store, "redis" | "keys">): Sweeps => ({
  async completed(found) {
    await writing(redis, () => redis.hset(keys.sweeps, "last", JSON.stringify(found)));
    await writing(redis, () => redis.hincrby(keys.sweeps, "count", 1));
  },
  async last() {
    const [count, last] = await reading(redis, () => redis.hmget(keys.sweeps, "count", "last"));
    return { ...Found.parse(JSON.parse(last ?? "{}")), count: Number(count) };
  },
});

const Count = z.record(z.string(), z.number());
const Found = z.object({
  cardsRefused: z.array(z.string()).default([]),
  tally: z
    .object({ live: Count, waiting: Count, unconfirmed: z.number(), unconfirmedSince: z.number().nullable() })
    .catch(emptyTally),
  at: z.number().nullable().default(null),
  tookMs: z.number().nullable().default(null),
});
