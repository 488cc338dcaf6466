/** Seals on the trail: each is appended by compare-and-swap with the one before, so that they are one row. */
import { z } from "zod";
import { isSeal, SEALED_AT_ONCE, type Seal, type SealHead } from "../domain/seal.ts";
import type { Seals } from "../flow/ports.ts";
import { chained, lineOf, sha256, type TrailLine } from "./chain.ts";
import { reading, writing } from "./failures.ts";
import { replicator } from "./replicate.ts";
import { defineScripts } from "./scripts.ts";
import type { Store } from "./store.ts";
import { KEEP_TRAIL_MS, linesAt, linesBack, trailLines } from "./trail.ts";

const Head = z.object({
  seal: z.int().positive(),
  hash: z.string(),
  at: z.number(),
  place: z.string(),
  /** The place of the last entry that it seals. */
  to: z.string(),
});
type Head = z.infer<typeof Head>;

interface SealStore extends Pick<Store, "redis" | "keys" | "clock"> {
  /** Milliseconds by which `clock`, the hub's, is ahead of this machine's. */
  hubAhead(): number;
  onSeal(line: TrailLine<Seal>): void;
  /** Told of what the command line wrote, before it is sealed: twice rather than not at all. */
  onUnlogged(line: TrailLine<object>): void;
}

export function createSeals(options: SealStore): Seals {
  const store = { ...options, redis: defineScripts(options.redis) };
  const replicate = replicator(store);
  return {
    head: () => newestSeal(store),
    follows: (newest, seal) => follows(store, newest, seal),
    async add(gap) {
      let last = await newestSeal(store);
      let made: Head | null = null;
      for (let lost = gap && (await isNamed(store, gap)) ? null : gap; ; lost = null) {
        const next = await addOne(store, last, lost);
        if (!next) break;
        last = made = next;
      }
      // The hub is told next: a failover must not leave Redis behind it.
      if (made) await replicate();
      return made;
    },
    isLeft: async (seal) => {
      const last = seal && (await standing(store, seal));
      return (await unsealedAfter(store, last?.to)).length > 0;
    },
    trim: () => trim(store),
  };
}

export async function newestSeal({ redis, keys }: Pick<Store, "redis" | "keys">): Promise<Head | null> {
  const { head, place } = await reading(redis, () => redis.hgetall(keys.seal));
  return head === undefined ? null : Head.parse({ ...JSON.parse(head), place });
}

/** The seal itself; null where another entry, or none, has its place. */
async function standing({ redis, keys }: SealStore, { place, hash }: SealHead): Promise<Seal | null> {
  const [[, fields] = []] = await reading(redis, () => redis.xrange(keys.trail, place, place));
  const entry = fields?.[1];
  return entry !== undefined && sha256(entry) === hash ? (JSON.parse(entry) as Seal) : null;
}

/** By a seal of which the hub has not been told yet. */
async function isNamed({ redis, keys }: SealStore, { hash, at }: SealHead): Promise<boolean> {
  for await (const { trail } of trailLines({ redis, keys }, { from: `${at}` }))
    if (isSeal(trail) && trail.gap?.hash === hash) return true;
  return false;
}

/** By the trail's own hashes: whoever can write to Redis can call any seal the newest. */
async function follows(store: SealStore, newest: SealHead, { seal, hash }: SealHead): Promise<boolean> {
  let next = newest.hash;
  for await (const { trail: one, chain } of linesBack(store, newest.place)) {
    if (!isSeal(one) || chain.hash !== next) continue;
    if (chain.hash === hash || one.gap?.hash === hash) return true;
    if (one.seal <= seal || one.prev === undefined) return false;
    next = one.prev;
  }
  return false;
}

/** Null: nothing is left to seal, or another replica does. */
async function addOne(store: SealStore, last: Head | null, gap: SealHead | null): Promise<Head | null> {
  const { redis, keys, clock } = store;
  const entries = await unsealedAfter(store, last?.to);
  const to = entries.at(-1)?.place ?? (gap && (last?.to ?? "0-0"));
  if (!to) return null;
  const at = clock.now();
  const seal = Math.max(last?.seal ?? 0, gap?.seal ?? 0) + 1;
  const unlogged = entries.filter(({ chain }) => chain.cli).map(({ place }) => place);
  for (const { place: _, ...one } of await linesAt(store, unlogged)) store.onUnlogged(one);
  const { line, entry } = chained<Seal>({
    ...{ seal, at, entries: entries.map(({ chain }) => chain.hash), to },
    ...(last ? { prev: last.hash } : {}),
    ...(gap ? { gap: { seal: gap.seal, hash: gap.hash, at: gap.at } } : {}),
  });
  const head = { seal, hash: line.chain.hash, at, to };
  const place = await writing(redis, () =>
    redis.addSeal(
      ...[keys.trail, keys.texts, keys.seal],
      ...[last?.hash ?? "", head.hash, JSON.stringify(head), at, entry],
    ),
  );
  if (place === "") return null;
  store.onSeal(line);
  return { ...head, place };
}

/** The next that no seal has; past as many seals as stand between. */
async function unsealedAfter({ redis, keys }: SealStore, to: string | undefined) {
  for (let from = to === undefined ? "-" : `(${to}`; ; ) {
    const start = from;
    const found = await reading(redis, () =>
      redis.xrange(keys.trail, start, "+", "COUNT", 2 * SEALED_AT_ONCE),
    );
    const entries = found
      .map(([place, [, entry = ""]]) => ({ place, ...lineOf(entry) }))
      .filter(({ trail }) => !isSeal(trail));
    const last = found.at(-1)?.[0];
    if (entries.length > 0 || last === undefined) return entries.slice(0, SEALED_AT_ONCE);
    from = `(${last}`;
  }
}

/**
 * What is older than it is kept goes by whole seals; the last of those stays, and the trail begins with it. By the
 * earlier of both clocks: one that is years ahead takes nothing away.
 */
async function trim({ redis, keys, clock, hubAhead }: SealStore): Promise<void> {
  const now = clock.now() - Math.max(0, hubAhead());
  const oldest = `(${Math.max(0, Math.round(now - KEEP_TRAIL_MS))}`;
  let start: Seal | undefined;
  for await (const { trail } of trailLines({ redis, keys }, { to: oldest })) if (isSeal(trail)) start = trail;
  if (!start) return;
  const [ms = "0", seq = "0"] = start.to.split("-");
  const from = `${ms}-${BigInt(seq) + 1n}`;
  for (const key of [keys.trail, keys.texts])
    await writing(redis, () => redis.xtrim(key, "MINID", "=", from as unknown as number));
}
