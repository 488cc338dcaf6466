/** What Slack said lately, in Redis for all replicas: Slack tells only one of them when it is true no more. */
import type { Clock } from "../domain/clock.ts";
import type { Memory } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import type { Keys } from "./keys.ts";
import type { Client } from "./open.ts";

export interface MemoryOptions {
  redis: Client;
  keys: Keys;
  clock: Clock;
}

/** What is dropped stays so for longer than a look-up can be under way. */
const DROPPED_MS = 60_000;

export function createMemory({ redis, keys, clock }: MemoryOptions): Memory {
  // Whoever made the connection reports its outages.
  const calmly = <T>(work: () => Promise<T>): Promise<T | null> => work().catch(() => null);
  return {
    read: (name, fields) =>
      calmly(async () => {
        const [[at, ...values], dropped] = await reading(redis, () =>
          Promise.all([
            redis.hmget(keys.memory(name), "at", ...fields.map(field)),
            redis.get(keys.dropped(name)),
          ]),
        );
        return at && Number(at) > Number(dropped ?? 0) ? { at: Number(at), values } : null;
      }),
    async write(name, { at, values, keepMs }) {
      const fields = Object.entries(values).flatMap(([key, value]) => [field(key), value]);
      const key = keys.memory(name);
      const all = () =>
        redis
          .multi()
          .del(key)
          .hset(key, "at", at, ...fields)
          .pexpire(key, keepMs)
          .exec();
      await calmly(() => writing(redis, all));
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
