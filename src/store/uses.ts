/** Counts how each access was used, from the hub's audit log: fields beside the record, deleted together with it. */
import type { Redis } from "ioredis";
import { MINUTE } from "../request/durations.ts";
import type { RequestId } from "../request/ids.ts";
import type { ToldUses, Use } from "../request/use.ts";
import type { Keys } from "./keys.ts";
import { guarded } from "./redis.ts";

const USE_COUNTS = ["reads", "changes", "refusals", "late"] as const;
const field = (name: keyof Use): string => `use-${name}`;
const FIELDS = (["isKnown", "first", "last", ...USE_COUNTS] as const).map(field);
/** The hub sends a batch again when it got no answer, and gives up long before this time (ms). */
const SENT_AGAIN_WITHIN = 15 * MINUTE;

/** Every method throws StoreAway. */
export const createUses = (redis: Redis, keys: Keys) => ({
  /** Returns the counts; `first` and `last` are ms since the epoch, null where nothing was used. */
  async read(id: RequestId): Promise<Use> {
    const [isKnown, first, last, ...counts] = await guarded(redis.hmget(keys.request(id), ...FIELDS));
    const [reads = 0, changes = 0, refusals = 0, late = 0] = counts.map(Number);
    const moment = (text: string | null | undefined) => (text ? Number(text) : null);
    return {
      isKnown: isKnown === "1",
      first: moment(first),
      last: moment(last),
      reads,
      changes,
      refusals,
      late,
    };
  },

  /** Adds a batch, by its digest, unless it was added before. Each request must have a record, or its hash never expires. */
  async add(batch: string, told: ToldUses): Promise<void> {
    const known = keys.kept(`batch:${batch}`);
    if (await guarded(redis.exists(known))) return;
    const all = redis.multi().set(known, "1", "PX", SENT_AGAIN_WITHIN);
    for (const [id, use] of told) {
      const hash = keys.request(id);
      all.hset(hash, field("isKnown"), "1");
      if (use.first !== null) all.hsetnx(hash, field("first"), use.first);
      if (use.last !== null) all.hset(hash, field("last"), use.last);
      for (const name of USE_COUNTS) if (use[name] > 0) all.hincrby(hash, field(name), use[name]);
    }
    await guarded(all.exec());
  },
});
