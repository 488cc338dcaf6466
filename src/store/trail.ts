/** The trail: every transition in order, and whatever was allowed beforehand, in a Redis stream that only the Lua of a change writes to. */

import type { AllowanceEntry } from "../domain/allowance.ts";
import type { Transition } from "../domain/audit.ts";
import { DAY } from "../domain/duration.ts";
import { reading } from "./failures.ts";
import type { Store } from "./store.ts";

export const KEEP_TRAIL_MS = 400 * DAY;
const BATCH = 500;

/** Oldest first. `since`: milliseconds since the epoch. */
export async function* trail(
  { redis, keys }: Pick<Store, "redis" | "keys">,
  since = 0,
): AsyncGenerator<Transition | AllowanceEntry> {
  let from = String(since);
  for (;;) {
    const start = from;
    const entries = await reading(redis, () => redis.xrange(keys.trail, start, "+", "COUNT", BATCH));
    for (const [, fields] of entries) yield JSON.parse(fields[1] ?? "null") as Transition | AllowanceEntry;
    const last = entries.at(-1);
    if (!last || entries.length < BATCH) return;
    from = `(${last[0]}`;
  }
}
