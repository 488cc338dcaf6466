/** The trail: every transition, whatever was allowed beforehand, every lockdown, and every change of the policy, in a Redis stream that only Lua writes to. */
import type { Transition } from "../domain/audit.ts";
import { DAY } from "../domain/duration.ts";
import { isSeal, type Seal } from "../domain/seal.ts";
import { isTransition, type TrailEntry } from "../domain/trail-entry.ts";
import { lineOf, type TrailLine, wholeOf } from "./chain.ts";
import { allOf, reading } from "./failures.ts";
import type { Store } from "./store.ts";

export const KEEP_TRAIL_MS = 400 * DAY;
const BATCH = 500;

type Where = Pick<Store, "redis" | "keys">;
type Found = [id: string, fields: string[]][];

/** With the seals. */
export interface PlacedLine extends TrailLine<TrailEntry | Seal> {
  /** Its id in the stream. */
  place: string;
}

/** Oldest first, seals among them. Ids of the stream, or milliseconds since the epoch; `(` before one leaves it out. */
export async function* trailLines(
  { redis, keys }: Where,
  { from = "-", to = "+" }: { from?: string; to?: string } = {},
): AsyncGenerator<PlacedLine> {
  for (let start = from; ; ) {
    const entries = await reading(redis, () => redis.xrange(keys.trail, start, to, "COUNT", BATCH));
    yield* await withTexts({ redis, keys }, entries);
    const last = entries.at(-1);
    if (!last || entries.length < BATCH) return;
    start = `(${last[0]}`;
  }
}

/** Oldest first. `since`: milliseconds since the epoch. */
export async function* trail(where: Where, since = 0): AsyncGenerator<TrailEntry> {
  for await (const line of trailLines(where, { from: String(since) })) {
    const entry = wholeOf(line);
    if (!isSeal(entry)) yield entry;
  }
}

/** What became of requests, alone. */
export async function* transitions(where: Where, since = 0): AsyncGenerator<Transition> {
  for await (const entry of trail(where, since)) if (isTransition(entry)) yield entry;
}

/** The last ones, oldest first. */
export async function lastLines({ redis, keys }: Where, count: number): Promise<PlacedLine[]> {
  const entries = await reading(redis, () => redis.xrevrange(keys.trail, "+", "-", "COUNT", count));
  return withTexts({ redis, keys }, entries.reverse());
}

const BATCH_BACK = 100;

/** From that place back, the newest first, without what people typed. */
export async function* linesBack({ redis, keys }: Where, from: string): AsyncGenerator<PlacedLine> {
  for (let end = from; ; ) {
    const entries = await reading(redis, () => redis.xrevrange(keys.trail, end, "-", "COUNT", BATCH_BACK));
    for (const entry of entries) yield placed(entry, undefined);
    const last = entries.at(-1);
    if (!last || entries.length < BATCH_BACK) return;
    end = `(${last[0]}`;
  }
}

/** In that order; those that are gone are left out. */
export async function linesAt({ redis, keys }: Where, places: readonly string[]): Promise<PlacedLine[]> {
  const pipeline = redis.pipeline();
  for (const at of places) pipeline.xrange(keys.trail, at, at).xrange(keys.texts, at, at);
  const answers = (await reading(redis, () => allOf(pipeline))) as Found[];
  const found = answers.map(([one]) => one);
  return places.flatMap((_, i) => {
    const [entry, texts] = [found[2 * i], found[2 * i + 1]];
    return entry ? placed(entry, texts) : [];
  });
}

async function withTexts({ redis, keys }: Where, entries: Found): Promise<PlacedLine[]> {
  const [first, last] = [entries[0]?.[0], entries.at(-1)?.[0]];
  if (first === undefined || last === undefined) return [];
  const texts = new Map(
    (await reading(redis, () => redis.xrange(keys.texts, first, last))).map((one) => [one[0], one]),
  );
  return entries.map((entry) => placed(entry, texts.get(entry[0])));
}

const placed = ([place, [, entry = "{}"]]: Found[number], texts: Found[number] | undefined): PlacedLine => ({
  place,
  ...lineOf(entry, texts?.[1][1]),
});
