/** Counts handlers at work, so that a stop can wait for them, as Bolt's own does not, and what nobody waits for lets them go first. */
import { soon } from "./soon.ts";

export interface Busy {
  /** `work` is given `acked`, to call when Slack has its acknowledgement. */
  run(work: (acked: () => void) => Promise<void>): Promise<void>;
  /** Resolves when all that is unacknowledged now is acknowledged, or over. */
  acked(): Promise<void>;
  /** The same, but for whom it takes longer than most: of many slices of work each would wait for them. */
  letPass(): Promise<void>;
  /** Resolves when nothing is at work any more. */
  idle(): Promise<void>;
}

/** Longer than most answers take, ms: whoever is answered more slowly holds up nothing from then on. */
const FIRST_MS = 100;

export function createBusy(): Busy {
  const running = new Set<Promise<void>>();
  const unacked = new Set<Promise<void>>();
  const first = new Set<Promise<unknown>>();
  return {
    async run(work) {
      const { promise: ack, resolve: acked } = Promise.withResolvers<void>();
      unacked.add(ack);
      const goesFirst = soon(ack, FIRST_MS);
      first.add(goesFirst);
      goesFirst.then(() => first.delete(goesFirst));
      const one = work(acked).finally(acked);
      running.add(one);
      ack.then(() => unacked.delete(ack));
      try {
        await one;
      } finally {
        running.delete(one);
      }
    },
    async acked() {
      await Promise.all(unacked);
    },
    async letPass() {
      // Who called while the last slice was at work is heard before the next.
      await new Promise<void>((heard) => setImmediate(heard));
      await Promise.all(first);
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
