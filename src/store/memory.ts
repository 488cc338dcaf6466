/** What Slack said lately, in Redis for all replicas: Slack tells only one of them when it is true no more. */
import type { Clock } from "../domain/clock.ts";
import type { Memory } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import type { Keys } from "./keys.ts";
import type { Client } from "./open.ts";
import { defineScripts } from "./scripts.ts";

export interface MemoryOptions {
  redis: Client;
  keys: Keys;
  clock: Clock;
}

/** What is dropped stays so for longer than a look-up can be under way. */
const DROPPED_MS = 60_000;

export function createMemory({ redis, keys, clock }: MemoryOptions): Memory {
  defineScripts(redis);
  // Whoever made the connection reports its outages.
  const calmly = <T>(work: () => Promise<T>): Promise<T | null> => work().catch(() => null);
  return {
    read: (name, fields) =>
      calmly(async () => {
        const found = await reading(redis, () =>
          redis.recall(keys.memory(name), keys.dropped(name), ...fields.map(field)),
        );
        if (!found) return null;
        const [at, ...values] = found;
        return { at: Number(at), values };
      }),
    async write(name, { at, values, keepMs }) {
      const fields = Object.entries(values).flatMap(([key, value]) => [field(key), value]);
      await calmly(() =>
        writing(redis, () => redis.memorize(keys.memory(name), keepMs, "at", at, ...fields)),
      );
    },
    async drop(name) {
      const now = clock.now();
      await calmly(() =>
        writing(redis, () =>
          redis.multi().del(keys.memory(name)).set(keys.dropped(name), now, "PX", DROPPED_MS).exec(),
        ),
      );
    },
  };
}

/** None is named as the time is. */
const field = (name: string): string => `=${name}`;
