/** The trail: one entry per change of a record, written by the same script as the record, in one stream. */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { guarded } from "./redis.ts";

/** Times are milliseconds since the epoch. */
export interface TrailEntry {
  /** The request; null for what concerns none. */
  id: string | null;
  at: number;
  /** Who did it: a user id, `operator NAME`, or null for the bot itself, by time or by a rule. */
  by: string | null;
  /** What happened, in a few words: approved, reminded the approvers … */
  what: string;
  [detail: string]: unknown;
}

/** An entry as it is stored: `id` is the stream's own, `text` is JSON. */
export interface StoredEntry {
  id: string;
  text: string;
}

const PAGE = 500;

/** A stream from its beginning, page by page; `from` and `to` as XRANGE takes them. */
export async function* readStream(
  redis: Redis,
  key: string,
  from = "-",
  to = "+",
): AsyncGenerator<StoredEntry> {
  for (let start = from; ; ) {
    const page = await guarded(redis.xrange(key, start, to, "COUNT", PAGE));
    for (const [id, [, text = ""]] of page) yield { id, text };
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    start = `(${last[0]}`;
  }
}

export const createTrail = (redis: Redis, keys: Keys) => ({
  read: (from?: string, to?: string) => readStream(redis, keys.trail, from, to),

  /** Adds an entry for what changes no record; a commit writes its own. */
  add: (entry: TrailEntry): Promise<unknown> =>
    guarded(redis.xadd(keys.trail, "*", "entry", JSON.stringify(entry))),
});
