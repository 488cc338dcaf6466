/** Counts handlers at work, so that a stop can wait for them: Bolt's own does not. */
export interface Busy {
  /** `work` is given `acked`, to call when Slack has its acknowledgement. */
  run(work: (acked: () => void) => Promise<void>): Promise<void>;
  /** Resolves when all that is unacknowledged now is acknowledged, or over. */
  acked(): Promise<void>;
  /** Resolves when nothing is at work any more. */
  idle(): Promise<void>;
}

export function createBusy(): Busy {
  const running = new Set<Promise<void>>();
  const unacked = new Set<Promise<void>>();
  return {
    async run(work) {
      const { promise: ack, resolve: acked } = Promise.withResolvers<void>();
      unacked.add(ack);
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
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
