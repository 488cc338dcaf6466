/** Work that can wait gives way to people: while the event loop is behind, one more begins when it has caught up. */

/** The loop is behind where one turn of it takes so long, ms. */
const LONG_TURN = 5;
/** What gives way waits no longer, ms. */
const LONGEST = 500;
/** So many at once hold nobody up. */
const FEW = 4;

/** Runs the work when it is its turn. */
export type GiveWay = <T>(work: () => Promise<T>) => Promise<T>;

export interface EventLoop {
  /** Milliseconds. */
  now(): number;
  /** Once all that is ready by now has run. */
  next(work: () => void): void;
}

const ours: EventLoop = { now: () => performance.now(), next: (work) => void setImmediate(work) };

export function createGiveWay(loop: EventLoop = ours): GiveWay {
  const waiting: { since: number; go(): void }[] = [];
  let running = 0;
  const turn = (began: number) =>
    loop.next(() => {
      const now = loop.now();
      const [first] = waiting;
      if (first && (now - began < LONG_TURN || now - first.since >= LONGEST)) {
        waiting.shift();
        first.go();
      }
      if (waiting.length > 0) turn(now);
    });
  const mine = () =>
    new Promise<void>((go) => {
      waiting.push({ since: loop.now(), go });
      if (waiting.length === 1) turn(loop.now());
    });
  return async (work) => {
    if (running >= FEW) await mine();
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
    }
  };
}
