/** The epoch in Redis, beside the count of changes that every Lua of a change keeps. */
import { z } from "zod";
import type { RestoreConfirmed } from "../domain/epoch.ts";
import type { Epochs } from "../flow/ports.ts";
import { chained, type TrailLine } from "./chain.ts";
import { reading, writing } from "./failures.ts";
import { replicator } from "./replicate.ts";
import { defineScripts } from "./scripts.ts";
import type { Store } from "./store.ts";

const Count = z.coerce.number().int().default(0);
const Stored = z
  .object({
    ...{ at: Count, changes: Count, lasting: Count, covered: Count, before: Count },
    /** Of the rise to `risen`: a version that does not know it leaves it as it is. */
    ...{ from: Count, risen: Count },
    ...{ told: Count, over: Count, lacks: Count },
  })
  .transform(({ risen, from, ...epoch }) => ({ ...epoch, from: risen === epoch.at ? from : epoch.at }));

interface EpochStore extends Pick<Store, "redis" | "keys" | "cli"> {
  /** Told of what landed on the trail. */
  onConfirmed?(entry: RestoreConfirmed, line: TrailLine): void;
}

export function createEpochs({ onConfirmed = () => {}, ...store }: EpochStore): Epochs {
  const { keys } = store;
  const redis = defineScripts(store.redis);
  const replicate = replicator(store);
  return {
    read: async () => Stored.parse(await reading(redis, () => redis.hgetall(keys.epoch))),
    raise: async (seen, { at, from, before }, confirmed) => {
      const entry = confirmed && chained<RestoreConfirmed>(confirmed, undefined, store);
      const args = [seen.at, seen.lasting, at, from, before, confirmed?.at ?? 0, entry?.entry ?? ""];
      const landed = await writing(redis, () =>
        redis.raiseEpoch(keys.epoch, keys.trail, keys.texts, ...args),
      );
      if (landed === 1 && entry) onConfirmed(entry.whole, entry.line);
      // The hub is told next: a failover that loses this would leave Redis behind it.
      await replicate();
      return landed === 1;
    },
    note: async (seen, { told, over, lacks }) => {
      const args = [seen.at, seen.lasting, seen.told, told, over, lacks];
      const landed = await writing(redis, () => redis.noteDoubt(keys.epoch, ...args));
      await replicate();
      return landed === 1;
    },
  };
}
