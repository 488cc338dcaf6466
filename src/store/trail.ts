/** The trail: every transition, whatever was allowed beforehand, every lockdown, and every change of the policy, in a Redis stream that only Lua writes to. */

import type { AllowanceEntry } from "../domain/allowance.ts";
import type { PolicyTaken, Transition } from "../domain/audit.ts";
import { DAY } from "../domain/duration.ts";
import type { LockdownEntry } from "../domain/lockdown.ts";
import { reading } from "./failures.ts";
import type { Store } from "./store.ts";

export const KEEP_TRAIL_MS = 400 * DAY;
const BATCH = 500;

export type TrailEntry = Transition | AllowanceEntry | PolicyTaken | LockdownEntry;

export const isTransition = (entry: TrailEntry): entry is Transition => "generation" in entry;

/** Oldest first. `since`: milliseconds since the epoch. */
export async function* trail(
  { redis, keys }: Pick<Store, "redis" | "keys">,
  since = 0,
): AsyncGenerator<TrailEntry> {
  let from = String(since);
  for (;;) {
    const start = from;
    const entries = await reading(redis, () => redis.xrange(keys.trail, start, "+", "COUNT", BATCH));
    for (const [, fields] of entries) yield JSON.parse(fields[1] ?? "null") as TrailEntry;
    const last = entries.at(-1);
    if (!last || entries.length < BATCH) return;
    from = `(${last[0]}`;
  }
}

/** What became of requests, alone. */
export async function* transitions(
  store: Pick<Store, "redis" | "keys">,
  since = 0,
): AsyncGenerator<Transition> {
  for await (const entry of trail(store, since)) if (isTransition(entry)) yield entry;
}
