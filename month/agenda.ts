/** What is going to be done, and when; things of the same moment in the order in which they were put down. */

export interface Agenda {
  /** `at`: ms since the epoch. */
  put(at: number, act: () => Promise<void>): void;
  /** When the first of it is due; infinity where nothing is. */
  next(): number;
  /** Takes the first of what is due. */
  take(now: number): (() => Promise<void>) | undefined;
}

export function createAgenda(): Agenda {
  const entries: { at: number; act: () => Promise<void> }[] = [];
  return {
    put(at, act) {
      const after = entries.findLastIndex((one) => one.at <= at);
      entries.splice(after + 1, 0, { at, act });
    },
    next: () => entries[0]?.at ?? Number.POSITIVE_INFINITY,
    take: (now) => ((entries[0]?.at ?? Number.POSITIVE_INFINITY) <= now ? entries.shift()?.act : undefined),
  };
}
