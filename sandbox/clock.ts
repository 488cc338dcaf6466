/** Clocks of the tests and the playground: real time, and real time that can jump ahead. */
import type { Clock } from "../src/request/clock.ts";

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
  /** Each looks whether it is time. */
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
      return sleepUntil(sleepers, () => due - now(), signal);
    },
  };
}

function sleepUntil(sleepers: Set<() => void>, left: () => number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
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
      if (left() > 0) {
        timer = setTimeout(look, Math.min(left(), LONGEST_TIMER));
        return;
      }
      leave();
      resolve();
    };
    sleepers.add(look);
    signal?.addEventListener("abort", abort, { once: true });
    look();
  });
}
