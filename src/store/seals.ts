/**
 * Seals make a deleted or changed entry of the trail show. A seal is a signed SHA-256 over the entries since the seal
 * before and over its hash. The newest is also on the hub: somebody with Redis alone can delete seals, and forge none.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Redis, Result } from "ioredis";
import { z } from "zod";
import { MINUTE } from "../request/durations.ts";
import type { Keys } from "./keys.ts";
import { readText, UNREADABLE, type Unreadable } from "./reading.ts";
import { guarded } from "./redis.ts";
import type { Signer } from "./signed.ts";
import { readStream, type StoredEntry } from "./trail.ts";

export const Seal = z.object({
  /** The stream id of the last entry that it covers; the seal has the same id in its own stream. */
  id: z.string().regex(/^\d+-\d+$/),
  count: z.int().positive(),
  hash: z.string(),
});
export type Seal = z.infer<typeof Seal>;

/** The bot seals once a minute. An entry without a seal after this time (ms) was kept from it, says `audit verify`. */
export const SEALED_WITHIN = 5 * MINUTE;

const MOST_ENTRIES = 1000;
const SEAL = readFileSync(new URL("scripts/seal.lua", import.meta.url), "utf8");

declare module "ioredis" {
  interface RedisCommander<Context> {
    addSeal(seals: string, before: string, id: string, seal: string): Result<number, Context>;
  }
}

/** Returns when the last entry of a seal was written: ms since the epoch, by the clock of Redis. */
export const sealedAt = ({ id }: Pick<Seal, "id">): number => Number(id.split("-")[0]);

/** Returns the hash (hex) of a seal that covers these entries and follows `before`. */
export function sealHash(before: Seal | null, entries: readonly StoredEntry[]): string {
  const hash = createHash("sha256").update(before?.hash ?? "");
  for (const { id, text } of entries) hash.update(`\n${id} ${text}`);
  return hash.digest("hex");
}

const sealPlace = (id: string): string => `seal:${id}`;

/** Returns the signed text that Redis and the hub keep. Throws Error without RECORDS_KEY. */
export const signSeal = (signer: Signer, seal: Seal): string =>
  signer.sign(sealPlace(seal.id), JSON.stringify(seal));

/** Returns null where there is none. The caller must check that the seal's id is the one it asked for. */
export function openSeal(signer: Signer, signed: string | null | undefined): Seal | null | Unreadable {
  if (signed === null || signed === undefined) return null;
  const seal = readText(Seal, signed.slice(signed.indexOf("{")));
  if (seal === null || seal === UNREADABLE) return UNREADABLE;
  return signer.open(sealPlace(seal.id), signed) === null ? UNREADABLE : seal;
}

/** Every method throws StoreAway. */
export function createSeals(redis: Redis, keys: Keys, signer: Signer) {
  redis.defineCommand("addSeal", { numberOfKeys: 1, lua: SEAL });

  const open = (id: string, text: string | undefined): Seal | Unreadable => {
    const seal = openSeal(signer, text ?? "");
    return seal !== null && seal !== UNREADABLE && seal.id === id ? seal : UNREADABLE;
  };

  /** Returns the newest seal whose id is not after `last`; null where there is none. */
  const newest = async (last = "+"): Promise<Seal | null | Unreadable> => {
    const [found] = await guarded(redis.xrevrange(keys.seals, last, "-", "COUNT", 1));
    return found ? open(found[0], found[1][1]) : null;
  };

  return {
    newest,

    /** Yields the seals, oldest first; `from` as XRANGE takes it. One not signed for its place is UNREADABLE. */
    async *read(from?: string): AsyncGenerator<{ id: string; seal: Seal | Unreadable }> {
      for await (const { id, text } of readStream(redis, keys.seals, from))
        yield { id, seal: open(id, text) };
    },

    /** Says whether Redis holds this very seal. */
    async has(seal: Seal): Promise<boolean> {
      const [found] = await guarded(redis.xrange(keys.seals, seal.id, seal.id));
      return found?.[1][1] === signSeal(signer, seal);
    },

    /**
     * Writes a seal over what came since the newest seal, at most a thousand entries. Returns false when there was
     * nothing, another replica was faster, or the newest seal is not ours.
     */
    async make(): Promise<boolean> {
      const before = await newest();
      if (before === UNREADABLE) return false;
      const from = before ? `(${before.id}` : "-";
      const page = await guarded(redis.xrange(keys.trail, from, "+", "COUNT", MOST_ENTRIES));
      const entries = page.map(([id, [, text = ""]]) => ({ id, text }));
      const last = entries.at(-1);
      if (last === undefined) return false;
      const seal: Seal = { id: last.id, count: entries.length, hash: sealHash(before, entries) };
      return (
        (await guarded(redis.addSeal(keys.seals, before?.id ?? "", seal.id, signSeal(signer, seal)))) === 1
      );
    },

    /** Deletes all entries and seals before `anchor`. The anchor remains: the next seal is checked against it. */
    trim: async (anchor: Seal): Promise<unknown> =>
      guarded(
        redis.multi().xtrim(keys.trail, "MINID", anchor.id).xtrim(keys.seals, "MINID", anchor.id).exec(),
      ),
  };
}
