/**
 * Guards against a wrong Redis: the first bot that uses it notes there its hub and the fingerprint of its RECORDS_KEY, and
 * a bot with another hub or key writes nothing.
 */
import type { Redis } from "ioredis";
import { z } from "zod";
import type { Keys } from "./keys.ts";
import { readText, UNREADABLE } from "./reading.ts";
import { guarded, StoreAway } from "./redis.ts";

const RedisOwner = z.object({ hub: z.string(), key: z.string() });
type RedisOwner = z.infer<typeof RedisOwner>;

/** `owner`: this bot's hub name, and its key's fingerprint. */
export function createOwner(redis: Redis, keys: Keys, owner: RedisOwner) {
  let isChecked = false;

  /**
   * Returns why these records are not ours, as a sentence for the operator; null when they are, or when nobody noted an
   * owner yet. Throws StoreAway.
   */
  const mismatch = async (): Promise<string | null> => {
    const noted = readText(RedisOwner, await guarded(redis.get(keys.owner)));
    if (noted === null) return null;
    if (noted === UNREADABLE) return `the key ${keys.owner} in Redis cannot be read; see docs/operations.md`;
    if (noted.hub !== owner.hub)
      return `the records of this instance in Redis belong to the hub "${noted.hub}"; give this bot another \`instance\``;
    if (noted.key === owner.key) return null;
    return "the records in Redis are signed by another RECORDS_KEY; give that one, or see docs/operations.md for a new key";
  };

  return {
    mismatch,

    /** Runs at the start and before each commit, until it succeeds once. Throws StoreAway, also where they are not ours. */
    async claim(): Promise<void> {
      if (isChecked) return;
      await guarded(redis.setnx(keys.owner, JSON.stringify(owner)));
      const reason = await mismatch();
      if (reason) throw new StoreAway(reason);
      isChecked = true;
    },
  };
}
