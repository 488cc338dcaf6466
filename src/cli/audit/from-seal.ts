/** The trail from a seal on: what was sealed before it is left out, and the seal itself comes first. */
import { isSeal, type Seal } from "../../domain/seal.ts";
import { reading } from "../../store/failures.ts";
import type { Store } from "../../store/store.ts";
import { linesAt, linesBack, type PlacedLine, trailLines } from "../../store/trail.ts";

type Where = Pick<Store, "redis" | "keys">;

export interface Beginning {
  /** The first seal that what is read must have; null where there is none yet. */
  first: number | null;
  /** What that sealed is not read. */
  later: boolean;
  lines: AsyncIterable<PlacedLine>;
}

/** Whole, or from the last seal before `since` (ms since the epoch). */
export async function readTrail(where: Where, since?: number): Promise<Beginning> {
  const { first, trimmed } = await firstSeals(where);
  const before = since === undefined ? null : await sealBefore(where, since);
  const start = before ?? trimmed;
  // Seals are numbered from 1: one that begins with another, and names no gap, was cut.
  if (!start) return { first: first && 1, later: false, lines: trailLines(where) };
  return { first: start.seal.seal, later: true, lines: after(where, start) };
}

type Start = PlacedLine & { seal: Seal };

const startOf = (line: PlacedLine): Start[] => (isSeal(line.trail) ? [{ ...line, seal: line.trail }] : []);

/** `trimmed`: the last of those it begins with whose entries are gone; several are made in one go of what came at once. */
async function firstSeals(where: Where): Promise<{ first: Start | null; trimmed: Start | null }> {
  let [first, trimmed]: [Start | null, Start | null] = [null, null];
  for await (const line of trailLines(where)) {
    const [one] = startOf(line);
    if (!one && !first) continue;
    if (!one || !(await isTrimmed(where, one))) return { first: first ?? one ?? null, trimmed };
    first ??= one;
    trimmed = one;
  }
  return { first, trimmed };
}

/** Of what the first seal sealed, nothing is there. */
async function isTrimmed({ redis, keys }: Where, { seal }: Start): Promise<boolean> {
  return (await reading(redis, () => redis.xrange(keys.trail, "-", seal.to, "COUNT", 1))).length === 0;
}

async function sealBefore(where: Where, since: number): Promise<Start | null> {
  const place = await lastPlace(where, `(${since}`, isSeal);
  const [line] = place === null ? [] : await linesAt(where, [place]);
  return line ? (startOf(line)[0] ?? null) : null;
}

/**
 * The place of the last line that says it is of before `until`; null where there is none. Places never go back: after a
 * clock that was ahead for a while, what is of before stands behind what is not.
 */
export const lastBefore = (where: Where, until: number): Promise<string | null> =>
  lastPlace(where, "+", (said) => "at" in said && typeof said.at === "number" && said.at < until);

/** From there back. */
async function lastPlace(
  where: Where,
  from: string,
  isIt: (said: object) => boolean,
): Promise<string | null> {
  for await (const { place, trail } of linesBack(where, from)) if (isIt(trail)) return place;
  return null;
}

async function* after(where: Where, { seal, ...start }: Start): AsyncGenerator<PlacedLine> {
  yield start;
  // Those before it that were made in one go with it seal what is left out.
  for await (const line of trailLines(where, { from: `(${seal.to}` }))
    if (!(isSeal(line.trail) && line.trail.seal <= seal.seal)) yield line;
}
