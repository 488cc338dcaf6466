/** Clocks of the tests and the playground: real time, real time that can jump ahead, and time that only jumps. */
import type { Clock } from "../src/domain/clock.ts";

export interface JumpClock extends Clock {
  /** Moves time ahead; whoever sleeps past the new time wakes at once. */
  jump(ms: number): void;
  /** Moves time ahead, and wakes nobody: who sleeps does so until the machine's time, or the next jump, wakes them. */
  pass(ms: number): void;
  /** Until when whoever sleeps does so. */
  asleep(): number[];
}

// A longer delay would overflow the timer and fire at once.
const LONGEST_TIMER = 2 ** 31 - 1;

export function systemClock(): Clock {
  const { now, sleep } = jumpClock();
  return { now, sleep };
}

export function jumpClock(): JumpClock {
  return createClock(() => Date.now(), true);
}

/** Stands still between jumps: what a test sees does not depend on how fast it runs. */
export function stillClock(start = Date.now()): JumpClock {
  return createClock(() => start, false);
}

function createClock(base: () => number, ticking: boolean): JumpClock {
  let offset = 0;
  const sleepers: Sleepers = new Map();
  const now = () => base() + offset;
  return {
    now,
    jump(ms) {
      offset += ms;
      for (const look of [...sleepers.keys()]) look();
    },
    pass(ms) {
      offset += ms;
    },
    asleep: () => [...sleepers.values()],
    sleep(ms, signal) {
      const due = now() + ms;
      return wait(sleepers, { due, left: () => due - now() }, ticking, signal);
    },
  };
}

/** Who looks whether it is time, and when it is. */
type Sleepers = Map<() => void, number>;

function wait(
  sleepers: Sleepers,
  { due, left }: { due: number; left: () => number },
  ticking: boolean,
  signal?: AbortSignal,
) {
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
      if (left() > 0 && ticking) timer = setTimeout(look, Math.min(left(), LONGEST_TIMER));
      if (left() > 0) return;
      leave();
      resolve();
    };
    sleepers.set(look, due);
    signal?.addEventListener("abort", abort, { once: true });
    look();
  });
}
