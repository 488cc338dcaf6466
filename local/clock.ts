/** Clocks of the tests and the playground: real time, and real time that can be made to jump ahead. */
import type { Clock } from "../src/domain/clock.ts";

export interface JumpClock extends Clock {
  /** Moves time ahead; whoever sleeps past the new time wakes at once. */
  jump(ms: number): void;
}

// A longer delay would overflow the timer and fire at once.
const LONGEST_TIMER = 2 ** 31 - 1;

export function systemClock(): Clock {
  const { now, sleep } = jumpClock();
  return { now, sleep };
}

export function jumpClock(): JumpClock {
  let offset = 0;
  const sleepers = new Set<() => void>();
  const now = () => Date.now() + offset;
  return {
    now,
    jump(ms) {
      offset += ms;
      for (const look of [...sleepers]) look();
    },
    sleep(ms, signal) {
      const due = now() + ms;
      return new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        let timer: NodeJS.Timeout | undefined;
        const leave = () => {
          clearTimeout(timer);
          sleepers.delete(look);
          signal?.removeEventListener("abort", abort);
        };
        const abort = () => {
          leave();
          reject(signal?.reason);
        };
        const look = () => {
          clearTimeout(timer);
          const left = due - now();
          if (left > 0) timer = setTimeout(look, Math.min(left, LONGEST_TIMER));
          else {
            leave();
            resolve();
          }
        };
        sleepers.add(look);
        signal?.addEventListener("abort", abort, { once: true });
        look();
      });
    },
  };
}
