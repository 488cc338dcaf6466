/** What is played, in which order. */
import type { Cell } from "./calls.ts";
import { indexFor, planOf, TURN } from "./campaign.ts";
import type { Tally } from "./tally.ts";

export interface Agenda {
  /** Undefined when there is nothing to begin; more may be when one is over. */
  next(): number | undefined;
  over(index: number): void;
}

/** With how many sequences a fault that no call met yet is tried once more, and how many of them at once. */
const [TRIES_MAX, AT_ONCE] = [24, 3];

/** Each of these once. */
export function agendaOf(indices: readonly number[], seed: number): Agenda {
  const left = longestFirst([...new Set(indices)], seed);
  return { next: () => left.shift(), over: () => {} };
}

/**
 * So many sequences, and more only as long as a fault met no call of its kind: when each had its turn, those that missed get
 * sequences of their own, and what room is left is for whatever comes next.
 */
export function agendaFor(runs: number, seed: number, tally: Pick<Tally, "missing">): Agenda {
  const turn = longestFirst(range(0, Math.min(runs, TURN)), seed);
  // Of these some may have no room: were they in order, always the shortest.
  const others = range(turn.length, runs);
  const trying = new Map<number, Cell>();
  const chosen = new Set<number>();
  let begun = 0;

  /** Two faults may share a sequence. */
  function another(): number | undefined {
    for (const cell of tally.missing()) {
      if ([...trying.values()].filter((one) => one === cell).length >= AT_ONCE) continue;
      for (let at = 0; at < TRIES_MAX; at++) {
        const index = indexFor(cell, runs + at * 2 * TURN);
        if (chosen.has(index)) continue;
        chosen.add(index);
        trying.set(index, cell);
        return index;
      }
    }
    return undefined;
  }
  function choose(): number | undefined {
    if (turn.length > 0) return turn.shift();
    return (runs < TURN ? undefined : another()) ?? (begun < runs ? others.shift() : undefined);
  }
  return {
    next() {
      const index = choose();
      if (index !== undefined) begun += 1;
      return index;
    },
    over: (index) => void trying.delete(index),
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** The longest begun last would end alone. */
function longestFirst(indices: readonly number[], seed: number): number[] {
  const acts = new Map(indices.map((index) => [index, planOf(seed, index).acts.length]));
  return indices.toSorted((a, b) => (acts.get(b) ?? 0) - (acts.get(a) ?? 0));
}
