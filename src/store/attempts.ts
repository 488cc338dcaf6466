/** How often each person was refused in an hour: a hash an hour, kept for three. */
import type { Redis } from "ioredis";
import { HOUR } from "../request/durations.ts";
import type { Keys } from "./keys.ts";
import { guarded, readAnswers } from "./redis.ts";

/** So many a person an hour have an entry each. */
const TOLD_EACH = 10;

/** `hour`: hours since the epoch. Every method throws StoreAway. */
export const createAttempts = (redis: Redis, keys: Keys) => ({
  /** Counts one; true: it is among the first ten of this hour. */
  async count(hour: number, user: string): Promise<boolean> {
    const key = keys.kept(`attempts:${hour}`);
    const counted = redis
      .multi()
      .hincrby(key, user, 1)
      .pexpire(key, 3 * HOUR);
    return Number(readAnswers(await guarded(counted.exec()))[0]) <= TOLD_EACH;
  },

  /** Who was refused more often, and how many more times. */
  async beyond(hour: number): Promise<[user: string, count: number][]> {
    const counts = Object.entries(await guarded(redis.hgetall(keys.kept(`attempts:${hour}`))));
    return counts.flatMap(([user, count]) =>
      Number(count) > TOLD_EACH ? [[user, Number(count) - TOLD_EACH]] : [],
    );
  },
});
