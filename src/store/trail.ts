/** The trail is the audit log: a stream in Redis with one signed entry for each change. This file reads and adds entries. */
import type { Redis, Result } from "ioredis";
import type { Logger } from "pino";
import { z } from "zod";
import { TRAIL_EVENTS, type TrailEvent } from "../request/events.ts";
import type { Keys } from "./keys.ts";
import { readText, UNREADABLE, type Unreadable } from "./reading.ts";
import { guarded, milliseconds, type RedisTime } from "./redis.ts";
import { type Signer, splitSigned } from "./signed.ts";

/** Times are milliseconds since the epoch. */
export interface TrailEntry {
  event: TrailEvent;
  /** The request; null for what concerns none. */
  id: string | null;
  at: number;
  /** A user id, `operator NAME`, or null where the bot did it, by time or by a rule. */
  by: string | null;
  [detail: string]: unknown;
}

const Entry = z.looseObject({
  event: z.enum(TRAIL_EVENTS),
  id: z.string().nullable(),
  at: z.number(),
  by: z.string().nullable(),
});

/** An entry as it is stored: `id` is the stream's own, `text` is signed JSON. */
export interface StoredEntry {
  id: string;
  text: string;
}

/**
 * `tell` writes an entry that is on the trail into the log, as one line whatever LOG_LEVEL is, and passes it to each
 * listener. A crash before it loses the line, and never the entry.
 */
export function createTeller(log: Logger) {
  const always = log.child({}, { level: "info" });
  const listeners: ((entry: TrailEntry) => void)[] = [];
  return {
    tell(entry: TrailEntry): void {
      always.info({ audit: entry }, [entry.id, entry.event].filter(Boolean).join(" "));
      for (const hear of listeners) hear(entry);
    },
    listen: (hear: (entry: TrailEntry) => void): void => void listeners.push(hear),
  };
}
export type Tell = ReturnType<typeof createTeller>["tell"];

const TRAIL_PAGE = 500;

/** Yields the entries of a stream, oldest first, 500 a call; `from` and `to` as XRANGE takes them. Throws StoreAway. */
export async function* readStream(
  redis: Redis,
  key: string,
  from = "-",
  to = "+",
): AsyncGenerator<StoredEntry> {
  for (let start = from; ; ) {
    const page = await guarded(redis.xrange(key, start, to, "COUNT", TRAIL_PAGE));
    for (const [id, [, text = ""]] of page) yield { id, text };
    const last = page.at(-1);
    if (last === undefined || page.length < TRAIL_PAGE) return;
    start = `(${last[0]}`;
  }
}

/** Entries about a request before it has access; the later entries repeat what they say. */
const BEFORE_ACCESS = '{"event":"request.';

/** Says that an entry tells of no access, without checking its signature: `audit report` skips it to be fast. */
export const isBeforeAccess = ({ text }: StoredEntry): boolean =>
  splitSigned(text).text.startsWith(BEFORE_ACCESS);

/** The place of an entry among signed values; its text holds the record's version, so that a copy of it is seen. */
const ENTRY_PLACE = "entry";

/** Returns the signed text to store. Throws Error without RECORDS_KEY. */
export const signEntry = (signer: Signer, entry: TrailEntry): string =>
  signer.sign(ENTRY_PLACE, JSON.stringify(entry));

/** A mark that an entry is on the trail lives longer than any record. */
export const MARK_SECONDS = 40_000_000;

/** Adds an entry if its mark is not set. */
const ADD_ONCE = `
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ${MARK_SECONDS}) then return 0 end
redis.call('XADD', KEYS[2], '*', 'entry', ARGV[1])
return 1`;

declare module "ioredis" {
  interface RedisCommander<Context> {
    addEntryOnce(mark: string, trail: string, entry: string): Result<number, Context>;
  }
}

/** Every method throws StoreAway, except `open` and `openText`. */
export function createTrail(redis: Redis, keys: Keys, { signer, tell }: { signer: Signer; tell: Tell }) {
  redis.defineCommand("addEntryOnce", { numberOfKeys: 2, lua: ADD_ONCE });
  const openText = ({ text }: StoredEntry): string | null => signer.open(ENTRY_PLACE, text);
  return {
    read: (from?: string, to?: string) => readStream(redis, keys.trail, from, to),

    /**
     * Returns for how many ms, by the clock of Redis, the oldest entry after this one (null: of all) has been there; 0
     * where there is none. A forged stream can have ids in the future: those count by their distance from now, too.
     */
    async waiting(after: string | null): Promise<number> {
      const [first] = await guarded(
        redis.xrange(keys.trail, after === null ? "-" : `(${after}`, "+", "COUNT", 1),
      );
      if (first === undefined) return 0;
      const now = milliseconds((await guarded(redis.time())) as unknown as RedisTime);
      return Math.abs(now - Number(first[0].split("-")[0]));
    },

    /** Returns the JSON that was signed; null where somebody else wrote it. */
    openText,

    /** Returns UNREADABLE where somebody else wrote it, or a newer bot. */
    open: (stored: StoredEntry): TrailEntry | Unreadable =>
      readText(Entry, openText(stored) ?? "") ?? UNREADABLE,

    /** Adds an entry unless one of this `name` was added before. */
    async addOnce(name: string, entry: TrailEntry): Promise<void> {
      const added = await guarded(redis.addEntryOnce(keys.kept(name), keys.trail, signEntry(signer, entry)));
      if (added === 1) tell(entry);
    },

    /** Adds an entry about something that changes no record; a commit writes its own. */
    async add(entry: TrailEntry): Promise<void> {
      await guarded(redis.xadd(keys.trail, "*", "entry", signEntry(signer, entry)));
      tell(entry);
    },
  };
}
