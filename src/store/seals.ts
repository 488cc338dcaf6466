/**
 * Seals of the trail. Each covers the entries since the one before, by a SHA-256 that holds that one's too: who changes
 * an entry must make all later seals again, and the newest is on the hub.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Redis, Result } from "ioredis";
import { z } from "zod";
import type { Keys } from "./keys.ts";
import { guarded } from "./redis.ts";
import { readStream, type StoredEntry } from "./trail.ts";

export const Seal = z.object({
  /** Its last entry in the trail; the seal has the same id in its own stream. */
  id: z.string().regex(/^\d+-\d+$/),
  count: z.int().positive(),
  hash: z.string(),
});
export type Seal = z.infer<typeof Seal>;

/** The annotation with the newest seal, on the instance's own account. */
export const SEAL_NOTE = "seal";
/** What the trail says when the hub holds a seal that Redis does not. */
export const SEAL_LOST = "seal lost";

const MOST_ENTRIES = 1000;
const SEAL = readFileSync(new URL("seal.lua", import.meta.url), "utf8");

declare module "ioredis" {
  interface RedisCommander<Context> {
    addSeal(seals: string, before: string, id: string, seal: string): Result<number, Context>;
  }
}

/** When the last entry of a seal was written, by the clock of Redis. */
export const sealedAt = ({ id }: Pick<Seal, "id">): number => Number(id.split("-")[0]);

export function sealHash(before: Seal | null, entries: readonly StoredEntry[]): string {
  const hash = createHash("sha256").update(before?.hash ?? "");
  for (const { id, text } of entries) hash.update(`\n${id} ${text}`);
  return hash.digest("hex");
}

/** Null: it is no seal. */
export function parseSeal(text: string | undefined): Seal | null {
  try {
    return Seal.safeParse(JSON.parse(text ?? "null")).data ?? null;
  } catch {
    return null;
  }
}

export function createSeals(redis: Redis, keys: Keys) {
  redis.defineCommand("addSeal", { numberOfKeys: 1, lua: SEAL });

  const newest = async (before = "+"): Promise<Seal | null> => {
    const [found] = await guarded(redis.xrevrange(keys.seals, before, "-", "COUNT", 1));
    return parseSeal(found?.[1][1]);
  };

  return {
    newest,

    /** Oldest first; `from` as XRANGE takes it. */
    async *read(from?: string): AsyncGenerator<Seal> {
      for await (const { text } of readStream(redis, keys.seals, from)) {
        const seal = parseSeal(text);
        if (seal) yield seal;
      }
    },

    has: async ({ id, hash }: Seal): Promise<boolean> => (await newest(id))?.hash === hash,

    /** Seals what came since the newest seal, at most a thousand entries. False: there was nothing. */
    async make(): Promise<boolean> {
      const before = await newest();
      const from = before ? `(${before.id}` : "-";
      const page = await guarded(redis.xrange(keys.trail, from, "+", "COUNT", MOST_ENTRIES));
      const entries = page.map(([id, [, text = ""]]) => ({ id, text }));
      const last = entries.at(-1);
      if (last === undefined) return false;
      const seal: Seal = { id: last.id, count: entries.length, hash: sealHash(before, entries) };
      await guarded(redis.addSeal(keys.seals, before?.id ?? "", seal.id, JSON.stringify(seal)));
      return true;
    },

    /** Whole seals go with their entries. The newest of them stays: the next one is checked against it. */
    async trim(olderThan: number): Promise<void> {
      const last = await newest(String(olderThan));
      if (last === null) return;
      await guarded(
        redis.multi().xtrim(keys.trail, "MINID", last.id).xtrim(keys.seals, "MINID", last.id).exec(),
      );
    },
  };
}
