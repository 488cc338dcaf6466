/** Who may have how many calls under way at once, so that work of timers never keeps waiting what people wait for. */

const MOST = { urgent: 64, timers: 64 } as const;
export type LaneName = keyof typeof MOST;

/** Runs the work when it is its turn; throws the signal's reason when that comes first, and what the work throws. */
export type ConnectionLane = <T>(signal: AbortSignal | undefined, work: () => Promise<T>) => Promise<T>;

export const createLanes = (): Record<LaneName, ConnectionLane> => ({
  urgent: createLane(MOST.urgent),
  timers: createLane(MOST.timers),
});

function createLane(most: number): ConnectionLane {
  let free = most;
  const waiting = new Set<() => void>();
  return async (signal, work) => {
    signal?.throwIfAborted();
    if (free > 0) free -= 1;
    else await turn(waiting, signal);
    try {
      return await work();
    } finally {
      // A place is handed on, never freed in between: nobody overtakes who waits.
      const [next] = waiting;
      if (next) next();
      else free += 1;
    }
  };
}

function turn(waiting: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      waiting.delete(enter);
      signal?.removeEventListener("abort", abort);
    };
    const enter = () => {
      leave();
      resolve();
    };
    const abort = () => {
      leave();
      reject(signal?.reason);
    };
    waiting.add(enter);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
