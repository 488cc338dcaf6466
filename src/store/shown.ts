/** Notes where in Slack each message of a request is and what it shows: fields beside its record, in the same hash. */
import { readFileSync } from "node:fs";
import type { Redis, Result } from "ioredis";
import { z } from "zod";
import type { RequestId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import type { Keys } from "./keys.ts";
import { orNull, readText, UNREADABLE, type Unreadable } from "./reading.ts";
import { CLOSED_KEPT_SECONDS, type createRecords, type ReadRequest } from "./records.ts";
import { guarded, milliseconds, type RedisTime } from "./redis.ts";

/** One message in Slack. `shows` is a digest of its content, or a word where the content holds a secret. */
export const ShownMessage = z.object({ channel: z.string(), ts: z.string(), shows: z.string() });
export type ShownMessage = z.infer<typeof ShownMessage>;

/** A record and its messages by their key. */
export interface ShownRequest {
  request: ReadRequest | null | Unreadable;
  shown: Map<string, ShownMessage>;
}

const MESSAGE = "m:";
const DRAWN = readFileSync(new URL("scripts/drawn.lua", import.meta.url), "utf8");
const READ_SHOWN = readFileSync(new URL("scripts/read.lua", import.meta.url), "utf8");

declare module "ioredis" {
  interface RedisCommander<Context> {
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

/** Every method throws StoreAway. */
export function createShown(redis: Redis, keys: Keys, parse: ReturnType<typeof createRecords>["parse"]) {
  redis.defineCommand("noteDrawn", { numberOfKeys: 2, lua: DRAWN });
  redis.defineCommand("readRequest", { numberOfKeys: 1, lua: READ_SHOWN });

  const forgetMessage = (id: RequestId, key: string): Promise<unknown> =>
    guarded(redis.hdel(keys.request(id), MESSAGE + key));

  /** Deletes a place that cannot be read: placeMessage would refuse every other one. */
  const readPlaces = async (id: RequestId, fields: ReadonlyMap<string, string>) => {
    const shown = new Map<string, ShownMessage>();
    for (const [field, text] of fields) {
      if (!field.startsWith(MESSAGE)) continue;
      const key = field.slice(MESSAGE.length);
      const place = readText(ShownMessage, text);
      if (place === null || place === UNREADABLE) await forgetMessage(id, key);
      else shown.set(key, place);
    }
    return shown;
  };

  const readShown = async (id: RequestId): Promise<ShownRequest> => {
    const [time, pairs] = await guarded(redis.readRequest(keys.request(id)));
    const fields = new Map(pairs.flatMap((field, i) => (i % 2 === 0 ? [[field, pairs[i + 1] ?? ""]] : [])));
    const field = (name: string) => fields.get(name) ?? null;
    const record = { version: field("version"), record: field("record"), drawn: field("drawn") };
    return { request: parse(id, record, milliseconds(time)), shown: await readPlaces(id, fields) };
  };

  return {
    /** Returns null where there is no record. */
    read: async (id: RequestId): Promise<ReadRequest | null | Unreadable> => (await readShown(id)).request,

    readShown,

    /** Returns where one message is; null where that is not known. */
    readPlace: async (id: RequestId, key: string): Promise<ShownMessage | null> =>
      orNull(readText(ShownMessage, await guarded(redis.hget(keys.request(id), MESSAGE + key)))),

    /** Notes a message just posted. Returns false when the key has another one already: the caller deletes its own. */
    placeMessage: async (id: RequestId, key: string, shown: ShownMessage): Promise<boolean> =>
      (await guarded(redis.hsetnx(keys.request(id), MESSAGE + key, JSON.stringify(shown)))) === 1,

    /** Replaces what is noted of a message. */
    noteMessage: (id: RequestId, key: string, shown: ShownMessage): Promise<unknown> =>
      guarded(redis.hset(keys.request(id), MESSAGE + key, JSON.stringify(shown))),

    forgetMessage,

    /**
     * Notes that all messages show this version; a closed record with nothing due (`due` null) leaves the sweep's set.
     * Returns false, and notes nothing, when the record has another version by now.
     */
    async noteDrawn({ id, version, state }: Request, due: number | null): Promise<boolean> {
      const ttl = state === "closed" && due === null ? CLOSED_KEPT_SECONDS : 0;
      const noted = await guarded(redis.noteDrawn(keys.request(id), keys.unfinished, id, version, ttl));
      return noted === 1;
    },
  };
}
