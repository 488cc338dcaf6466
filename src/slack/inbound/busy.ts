/** Counts handlers at work, so that a stop can wait for them, as Bolt's own does not, and what nobody waits for lets them go first. */
export interface Busy {
  /** `work` is given `acked`, to call when Slack has its acknowledgement. */
  run(work: (acked: () => void) => Promise<void>): Promise<void>;
  /** Resolves when all that is unacknowledged now is acknowledged, or over. */
  acked(): Promise<void>;
  /** The same, or when that takes longer than what gives way can wait. */
  letPass(): Promise<void>;
  /** Resolves when nothing is at work any more. */
  idle(): Promise<void>;
}

/** Longer than most answers take, and no longer than a loop of many slices can wait for each, ms. */
const LET_PASS_MS = 100;

export function createBusy(): Busy {
  const running = new Set<Promise<void>>();
  const unacked = new Set<Promise<void>>();
  const acked = async () => void (await Promise.all(unacked));
  return {
    async run(work) {
      const { promise: ack, resolve } = Promise.withResolvers<void>();
      unacked.add(ack);
      const one = work(resolve).finally(resolve);
      running.add(one);
      ack.then(() => unacked.delete(ack));
      try {
        await one;
      } finally {
        running.delete(one);
      }
    },
    acked,
    async letPass() {
      if (unacked.size === 0) return;
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, LET_PASS_MS);
      await Promise.race([acked(), late]).finally(() => clearTimeout(timer));
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
