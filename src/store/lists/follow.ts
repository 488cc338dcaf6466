/** The lists follow the trail: whoever reads one brings it up to date first, and the sweep does so meanwhile. */
import type { ChainableCommander } from "ioredis";
import { placesAfter } from "../../domain/listing.ts";
import { TrailStep } from "../../domain/step.ts";
import { ListsBehind } from "../../flow/ports.ts";
import { reading } from "../failures.ts";
import type { Keys } from "../keys.ts";
import type { Store } from "../store.ts";
import { KEEP_TRAIL_MS } from "../trail.ts";

const BATCH = 500;

/** Safe to be done twice, and by several at once: what is taken off a list never comes back to it. Throws StoreDown, ListsBehind. */
export async function follow({ redis, keys, clock }: Follower, batches: number): Promise<void> {
  let from = await reading(redis, () => redis.get(keys.listed));
  for (let left = batches; left > 0; left--) {
    const start = from === null ? "-" : `(${from}`;
    const entries = await reading(redis, () => redis.xrange(keys.trail, start, "+", "COUNT", BATCH));
    const last = entries.at(-1)?.[0];
    if (last === undefined) return;
    const all = redis.multi();
    for (const [at, fields] of entries) index(all, keys, { at, entry: fields[1], now: clock.now() });
    all.set(keys.listed, last);
    // Done again by the next reader where its answer is lost.
    await reading(redis, () => all.exec());
    if (entries.length < BATCH) return;
    from = last;
  }
  throw new ListsBehind();
}

export type Follower = Pick<Store, "redis" | "keys" | "clock">;

interface Line {
  /** Its id in the stream. */
  at: string;
  entry: string | undefined;
  now: number;
}

/** What is no line about a request is passed over. */
function index(all: ChainableCommander, keys: Keys, { at, entry, now }: Line): void {
  const step = TrailStep.safeParse(JSON.parse(entry ?? "null")).data;
  if (!step) return;
  all.sadd(keys.steps(step.id), at).pexpire(keys.steps(step.id), KEEP_TRAIL_MS);
  for (const person of new Set([step.requester, ...(step.askedBy ? [step.askedBy] : [])])) {
    const key = keys.past(person);
    all.zadd(key, "GT", step.at, step.id);
    all.zremrangebyscore(key, "-inf", now - KEEP_TRAIL_MS).pexpire(key, KEEP_TRAIL_MS);
  }
  const { on, off } = placesAfter(step);
  for (const name of on)
    for (const key of [keys.list(name), keys.list(name, step.role)])
      all.zadd(key, step.expiresAt ?? step.at, step.id);
  for (const name of off) all.zrem(keys.list(name), step.id).zrem(keys.list(name, step.role), step.id);
}
