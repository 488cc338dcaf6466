/** The epoch in Redis, beside the count of changes that every Lua of a change keeps. */
import { z } from "zod";
import type { Epochs } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import type { Keys } from "./keys.ts";
import type { Client } from "./open.ts";
import { replicator } from "./replicate.ts";
import { defineScripts } from "./scripts.ts";

const Count = z.coerce.number().int().default(0);
const Stored = z.object({ at: Count, changes: Count, lasting: Count, covered: Count, before: Count });

export function createEpochs(options: { redis: Client; keys: Keys }): Epochs {
  const { keys } = options;
  const redis = defineScripts(options.redis);
  const replicate = replicator(options);
  return {
    read: async () => Stored.parse(await reading(redis, () => redis.hgetall(keys.epoch))),
    raise: async (from, { at, before }) => {
      const landed = await writing(redis, () => redis.raiseEpoch(keys.epoch, from, at, before));
      // The hub is told next: a failover that loses this would leave Redis behind it.
      await replicate();
      return landed === 1;
    },
  };
}
