/** Counts in Redis how often each person was refused in an hour, so that the trail is not flooded: one hash an hour. */
import type { Redis } from "ioredis";
import { HOUR } from "../request/durations.ts";
import type { Keys } from "./keys.ts";
import { guarded, readAnswers } from "./redis.ts";

/** The first ten of a person in an hour have a trail entry each; the others share one. */
const TOLD_EACH = 10;

/** `hour` is in whole hours since the epoch; its counts are kept for three hours. Every method throws StoreAway. */
export const createAttempts = (redis: Redis, keys: Keys) => ({
  /** Counts one refusal. Returns true when it is among this person's first ten of the hour. */
  async count(hour: number, user: string): Promise<boolean> {
    const key = keys.kept(`attempts:${hour}`);
    const counted = redis
      .multi()
      .hincrby(key, user, 1)
      .pexpire(key, 3 * HOUR);
    return Number(readAnswers(await guarded(counted.exec()))[0]) <= TOLD_EACH;
  },

  /** Returns each person who was refused more than ten times in this hour, and how many times more. */
  async beyond(hour: number): Promise<[user: string, count: number][]> {
    const counts = Object.entries(await guarded(redis.hgetall(keys.kept(`attempts:${hour}`))));
    return counts.flatMap(([user, count]) =>
      Number(count) > TOLD_EACH ? [[user, Number(count) - TOLD_EACH]] : [],
    );
  },
});
