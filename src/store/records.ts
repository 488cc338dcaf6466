/** Reads the records of requests, and commits each change of one together with its trail entry and its indexes. */
import { readFileSync } from "node:fs";
import type { Redis, Result } from "ioredis";
import type { Logger } from "pino";
import { HOUR } from "../request/durations.ts";
import { RequestId, type UserId } from "../request/ids.ts";
import { Request } from "../request/record.ts";
import { GRANTED, indexesFor, UNREVIEWED, WAITING } from "./indexes.ts";
import type { Keys } from "./keys.ts";
import { readText, UNREADABLE, type Unreadable } from "./reading.ts";
import { guarded, milliseconds, type RedisTime, readAnswers } from "./redis.ts";
import type { Signer } from "./signed.ts";
import { signEntry, type Tell, type TrailEntry } from "./trail.ts";

/** A record, when it was read (ms, by the clock of Redis), and whether its messages in Slack show this very version. */
export type ReadRequest = Request & { readAt: number; isDrawn: boolean };

/** Facts that must still hold when Redis writes: look-ups in Slack at most 30 s old (ms, by its clock), no lockdown. */
export interface Guard {
  lookedUpAt: number;
  /** None of these may be locked down: the requester, the person who asked, and each approver. */
  people: readonly UserId[];
}

/**
 * `done` wrote everything; all others wrote nothing. `conflict`: another replica changed the record. `who`: a user id,
 * or "everybody".
 */
export type Committed =
  | { result: "done" | "conflict" | "stale-lookup" }
  | { result: "locked-down"; who: string };

const LOOKUPS_GOOD_FOR_MS = 30_000;
/** A closed record is deleted after 90 days; the trail keeps its story. */
export const CLOSED_KEPT_SECONDS = 90 * 24 * 3600;
const COMMIT = readFileSync(new URL("scripts/commit.lua", import.meta.url), "utf8");
const READ_MANY = readFileSync(new URL("scripts/read-many.lua", import.meta.url), "utf8");

declare module "ioredis" {
  interface RedisCommander<Context> {
    commitRequest(keyCount: number, ...args: (string | number)[]): Result<string, Context>;
    readRecords(
      keyCount: number,
      ...args: (string | number)[]
    ): Result<[RedisTime, [id: string, ...(string | null)[]][]], Context>;
  }
}

/** Fields of a record's hash: its version, the signed record, and the version that its messages show. */
export type RecordFields = Record<"version" | "record" | "drawn", string | null>;

/** The place of a record among signed values. */
const recordPlace = (id: string): string => `request:${id}`;

/** `claim` is the owner's: no commit before it. Every method throws StoreAway. */
export function createRecords(
  redis: Redis,
  keys: Keys,
  { signer, claim, log, tell }: { signer: Signer; claim(): Promise<void>; log: Logger; tell: Tell },
) {
  redis.defineCommand("commitRequest", { lua: COMMIT });
  redis.defineCommand("readRecords", { lua: READ_MANY });
  const parse = recordReader(signer, log);

  /** Returns those of an index page, or of these ids, that can be read, in their order. */
  const readMany = async (index: string[], ...which: (string | number)[]): Promise<ReadRequest[]> => {
    const prefix = keys.request("");
    const [time, records] = await guarded(redis.readRecords(index.length, ...index, prefix, ...which));
    const readAt = milliseconds(time);
    return records.flatMap(([id, version = null, record = null, drawn = null]) => {
      const request = parse(id, { version, record, drawn }, readAt);
      return request === null || request === UNREADABLE ? [] : [request];
    });
  };
  const readAll = async (ids: readonly string[]): Promise<ReadRequest[]> =>
    ids.length === 0 ? [] : readMany([], ...ids);

  return {
    parse,
    readAll,

    readVersion: (id: RequestId): Promise<string | null> => guarded(redis.hget(keys.request(id), "version")),

    /**
     * Writes trail entry, record and indexes together, if the version is still that of `before` (null: there is no
     * record yet). With a guard it is refused under a lockdown and when the look-ups are too old. The only writer of
     * records.
     */
    async commit(
      before: Request | null,
      after: Request,
      entry: TrailEntry,
      guard: Guard | null,
    ): Promise<Committed> {
      await claim();
      const indexes = indexesFor(after);
      const { id, version, state } = after;
      const known = [keys.request(id), keys.unfinished, keys.trail, keys.lockdowns];
      const all = [...known, ...indexes.map(([name]) => keys.index(name))];
      const [result = "", who = ""] = (
        await guarded(
          redis.commitRequest(
            all.length,
            ...all,
            id,
            before?.version ?? "",
            version,
            signer.sign(recordPlace(id), JSON.stringify(after)),
            signEntry(signer, entry),
            state === "closed" ? CLOSED_KEPT_SECONDS : 0,
            guard ? guard.lookedUpAt : "",
            LOOKUPS_GOOD_FOR_MS,
            guard ? guard.people.join(" ") : "",
            ...indexes.map(([, score]) => score ?? ""),
          ),
        )
      ).split(" ");
      if (result === "done") tell(entry);
      return result === "locked-down"
        ? { result, who }
        : { result: result as "done" | "conflict" | "stale-lookup" };
    },

    /** Takes an id out of the sweep's set: its record is gone, or cannot be read and has no access any more. */
    async forgetRecord(id: RequestId): Promise<void> {
      const all = redis.multi().srem(keys.unfinished, id);
      for (const name of [WAITING, GRANTED, UNREVIEWED]) all.zrem(keys.index(name), id);
      readAnswers(await guarded(all.exec()));
    },

    /** Puts an id back into the sweep's set, which Redis may have lost. */
    keepUnfinished: (id: RequestId): Promise<unknown> => guarded(redis.sadd(keys.unfinished, id)),

    /** Returns the ids that the sweep must look at. */
    unfinished: async (): Promise<RequestId[]> =>
      (await guarded(redis.smembers(keys.unfinished))).flatMap((id) => RequestId.safeParse(id).data ?? []),

    /** Returns a page of an index, lowest score first, or highest with `latest`. */
    page: (index: string, { from = 0, count = 10, latest = false } = {}): Promise<ReadRequest[]> =>
      readMany([keys.index(index)], latest ? "ZREVRANGE" : "ZRANGE", from, from + count - 1),

    /** Counts the requests of an index whose score is at least `since`. */
    count: (index: string, since = 0): Promise<number> =>
      guarded(redis.zcount(keys.index(index), since, "+inf")),
  };
}

/**
 * Returns a parser. It says UNREADABLE where the signature, the shape or the version beside the record is wrong, and logs
 * that once an hour for each record.
 */
function recordReader(signer: Signer, log: Logger) {
  const toldAt = new Map<string, number>();
  return (
    id: string,
    { version, record, drawn }: RecordFields,
    readAt: number,
  ): ReadRequest | null | Unreadable => {
    if (record === null) return null;
    const request = readText(Request, signer.open(recordPlace(id), record) ?? "");
    if (request !== UNREADABLE && request?.version === version)
      return { ...request, readAt, isDrawn: drawn === version };
    if (readAt - (toldAt.get(id) ?? 0) > HOUR) {
      log.error({ id }, "a record cannot be read: nothing of it is changed by what Redis says");
      toldAt.set(id, readAt);
    }
    return UNREADABLE;
  };
}
