/** Redis: the records, what is shown of them, the trail, lockdowns, and looks that are kept for a while. */
import { readFileSync } from "node:fs";
import type { Redis, Result } from "ioredis";
import type { Logger } from "pino";
import { z } from "zod";
import { RequestId } from "../request/ids.ts";
import { Request } from "../request/record.ts";
import { indexesFor } from "./indexes.ts";
import { keysFor } from "./keys.ts";
import { createLockdowns } from "./lockdowns.ts";
import { guarded, StoreAway } from "./redis.ts";
import { createSeals } from "./seals.ts";
import { createTrail, type TrailEntry } from "./trail.ts";
import { createUses } from "./uses.ts";

/** A record as it was read, when (by the clock of Redis), and whether its messages show this very version. */
export type ReadRequest = Request & { readAt: number; isDrawn: boolean };

/** Where a message of the request is, and what it shows: a digest of the drawing, or a word for what must not be kept. */
export const ShownMessage = z.object({ channel: z.string(), ts: z.string(), shows: z.string() });
export type ShownMessage = z.infer<typeof ShownMessage>;

/** Null where there is no record, or none that can be read. `shown`: message key → where and what. */
export interface ShownRequest {
  request: ReadRequest | null;
  shown: Map<string, ShownMessage>;
}

/** What a commit rests on: look-ups may be 30 s old, by the clock of Redis. */
export interface Guard {
  lookedUpAt: number;
}

export type Committed = "done" | "conflict" | "locked-down" | "stale-lookup";

const LOOKUPS_GOOD_FOR_MS = 30_000;
const CLOSED_KEPT_SECONDS = 90 * 24 * 3600;
const MESSAGE = "m:";
const COMMIT = readFileSync(new URL("commit.lua", import.meta.url), "utf8");
const DRAWN = readFileSync(new URL("drawn.lua", import.meta.url), "utf8");
const READ = readFileSync(new URL("read.lua", import.meta.url), "utf8");

/** As Redis answers TIME: seconds, and microseconds within the second. */
type RedisTime = readonly [string, string];

declare module "ioredis" {
  interface RedisCommander<Context> {
    commitRequest(keyCount: number, ...args: (string | number)[]): Result<Committed, Context>;
    readRequest(hash: string): Result<[RedisTime, string[]], Context>;
    noteDrawn(
      hash: string,
      unfinished: string,
      id: string,
      version: string,
      ttl: number,
    ): Result<number, Context>;
  }
}

export type Store = ReturnType<typeof createStore>;

/** `redis` must fail fast; every method throws StoreAway when it does not answer. */
export function createStore({ redis, instance, log }: { redis: Redis; instance: string; log: Logger }) {
  const keys = keysFor(instance);
  redis.defineCommand("commitRequest", { lua: COMMIT });
  redis.defineCommand("noteDrawn", { numberOfKeys: 2, lua: DRAWN });
  redis.defineCommand("readRequest", { numberOfKeys: 1, lua: READ });
  const parse = recordReader(log);

  const readAll = async (ids: readonly string[]): Promise<ReadRequest[]> => {
    if (ids.length === 0) return [];
    const pipeline = redis.pipeline().time();
    for (const id of ids) pipeline.hmget(keys.request(id), "record", "drawn");
    const [time, ...records] = answersOf(await guarded(pipeline.exec()));
    const readAt = milliseconds(time as RedisTime);
    return records.flatMap((fields, i) => {
      const [record = null, drawn = null] = fields as (string | null)[];
      return parse(ids[i] ?? "", { record, drawn, readAt }) ?? [];
    });
  };

  const readShown = async (id: RequestId): Promise<ShownRequest> => {
    const [time, pairs] = await guarded(redis.readRequest(keys.request(id)));
    const fields = new Map(pairs.flatMap((field, i) => (i % 2 === 0 ? [[field, pairs[i + 1] ?? ""]] : [])));
    const shown = [...fields]
      .filter(([field]) => field.startsWith(MESSAGE))
      .map(([field, text]) => [field.slice(MESSAGE.length), ShownMessage.parse(JSON.parse(text))] as const);
    const [record, drawn] = [fields.get("record") ?? null, fields.get("drawn") ?? null];
    return { request: parse(id, { record, drawn, readAt: milliseconds(time) }), shown: new Map(shown) };
  };

  return {
    keys,
    lockdowns: createLockdowns(redis, keys),
    trail: createTrail(redis, keys),
    seals: createSeals(redis, keys),
    uses: createUses(redis, keys),

    /** Null where there is none, or none that can be read. */
    read: async (id: RequestId): Promise<ReadRequest | null> => (await readShown(id)).request,

    readShown,
    readAll,

    readVersion: (id: RequestId): Promise<string | null> => guarded(redis.hget(keys.request(id), "version")),

    /**
     * Writes record, trail entry and indexes together, if the version is still that of `before` (null: there is no
     * record yet). With a guard it is refused under a lockdown and when the look-ups are too old.
     */
    commit(
      before: Request | null,
      after: Request,
      entry: TrailEntry,
      guard: Guard | null,
    ): Promise<Committed> {
      const indexes = indexesFor(after);
      const { id, version, state, requester } = after;
      const known = [keys.request(id), keys.unfinished, keys.trail, keys.lockdowns];
      const all = [...known, ...indexes.map(([name]) => keys.index(name))];
      return guarded(
        redis.commitRequest(
          ...([all.length, ...all, id, before?.version ?? "", version, JSON.stringify(after)] as const),
          ...[JSON.stringify(entry), requester, state === "closed" ? CLOSED_KEPT_SECONDS : 0],
          ...[guard ? guard.lookedUpAt : "", LOOKUPS_GOOD_FOR_MS],
          ...indexes.map(([, score]) => score ?? ""),
        ),
      );
    },

    /** False when another message has this key already: the caller deletes its own. */
    placeMessage: async (id: RequestId, key: string, shown: ShownMessage): Promise<boolean> =>
      (await guarded(redis.hsetnx(keys.request(id), MESSAGE + key, JSON.stringify(shown)))) === 1,

    noteMessage: (id: RequestId, key: string, shown: ShownMessage): Promise<unknown> =>
      guarded(redis.hset(keys.request(id), MESSAGE + key, JSON.stringify(shown))),

    forgetMessage: (id: RequestId, key: string): Promise<unknown> =>
      guarded(redis.hdel(keys.request(id), MESSAGE + key)),

    /**
     * Its messages show this version; a closed record is then no longer read by the sweep. False: it has another version
     * by now, and nothing is noted.
     */
    noteDrawn: async (request: Request): Promise<boolean> =>
      (await guarded(
        redis.noteDrawn(
          ...([keys.request(request.id), keys.unfinished, request.id, request.version] as const),
          request.state === "closed" ? CLOSED_KEPT_SECONDS : 0,
        ),
      )) === 1,

    unfinished: async (): Promise<RequestId[]> =>
      (await guarded(redis.smembers(keys.unfinished))).flatMap((id) => RequestId.safeParse(id).data ?? []),

    /** A page of an index, by its score; `latest` first where asked. */
    async page(index: string, { from = 0, count = 10, latest = false } = {}): Promise<ReadRequest[]> {
      const name = keys.index(index);
      const to = from + count - 1;
      return readAll(
        await guarded(
          latest ? redis.zrevrange(name, from, to) : redis.zrange(name, String(from), String(to)),
        ),
      );
    },

    /** How many of an index have at least this score. */
    count: (index: string, since = 0): Promise<number> =>
      guarded(redis.zcount(keys.index(index), since, "+inf")),

    /** What Slack or the hub said, kept for a while. */
    keep: async (key: string, value: string, ttlMs: number): Promise<void> =>
      void (await guarded(redis.set(keys.kept(key), value, "PX", Math.max(1, Math.ceil(ttlMs))))),

    kept: (key: string): Promise<string | null> => guarded(redis.get(keys.kept(key))),

    /** True once in `ttlMs`, on whichever replica asks first. */
    once: async (key: string, ttlMs: number): Promise<boolean> =>
      (await guarded(redis.set(keys.kept(key), "1", "PX", ttlMs, "NX"))) === "OK",

    /** True for the first `most` that ask within `ttlMs` of the first. */
    async allow(key: string, most: number, ttlMs: number): Promise<boolean> {
      const name = keys.kept(key);
      const both = answersOf(await guarded(redis.multi().incr(name).pexpire(name, ttlMs, "NX").exec()));
      return Number(both[0]) <= most;
    },

    /** Milliseconds, by the clock of Redis. */
    now: async (): Promise<number> => milliseconds((await guarded(redis.time())) as unknown as RedisTime),
  };
}

const milliseconds = ([seconds, micros]: RedisTime): number =>
  Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);

/** The answers of a pipeline; one that did not come in time is an error among them. */
function answersOf(results: [Error | null, unknown][] | null): unknown[] {
  return (results ?? []).map(([error, answer]) => {
    if (error) throw new StoreAway(error.message, { cause: error });
    return answer;
  });
}

interface RecordFields {
  record: string | null;
  drawn: string | null;
  readAt: number;
}

/** A record that cannot be read counts as none, and is logged once. */
function recordReader(log: Logger) {
  const told = new Set<string>();
  return (id: string, { record, drawn, readAt }: RecordFields): ReadRequest | null => {
    if (record === null) return null;
    const { data, error } = Request.safeParse(parseJson(record));
    if (data) return { ...data, readAt, isDrawn: drawn === data.version };
    if (!told.has(id)) log.error({ id, err: error }, "a record cannot be read; it counts as none");
    told.add(id);
    return null;
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
