/** What a trail has that is in none of its seals up to one of them: how much, and since when. Pure. */
import { cameAt, isSeal, type Seal } from "../../domain/seal.ts";
import type { TrailLine } from "../../store/chain.ts";

export interface Unheld {
  count: number;
  /** When the first of it came, ms since the epoch. */
  since: number;
  /** The newest seal that counts; null where there is none. */
  after: Pick<Seal, "seal" | "at"> | null;
}

/** Told the lines of a trail in their order. */
export function createUnheld(upTo: number) {
  const open = new Map<string, number>();
  let after: Seal | null = null;
  return {
    line({ trail, chain }: TrailLine<object>): void {
      if (!isSeal(trail)) {
        open.set(chain.hash, cameAt(trail, after));
        return;
      }
      if (trail.seal > upTo) return;
      for (const hash of trail.entries) open.delete(hash);
      after = trail;
    },
    /** Null: there is nothing. */
    found(): Unheld | null {
      if (open.size === 0) return null;
      const since = [...open.values()].reduce((a, b) => Math.min(a, b));
      return { count: open.size, since, after };
    },
  };
}
