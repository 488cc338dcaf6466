/** Chance that comes out the same for the same seed. */

export interface Chance {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [from, to). */
  within(from: number, to: number): number;
  pick<T>(from: readonly T[]): T;
  /** Of an exponential distribution. */
  around(mean: number): number;
}

/** mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    within: (from, to) => from + Math.floor(next() * (to - from)),
    pick: (from) => {
      const found = from[Math.floor(next() * from.length)];
      if (found === undefined) throw new Error("There is nothing to pick from.");
      return found;
    },
    around: (mean) => -Math.log(1 - next()) * mean,
  };
}
