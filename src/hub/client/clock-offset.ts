/** How far the hub's clock is ahead of this machine's, learned from the `Date` of its answers. */
import type { Clock } from "../../domain/clock.ts";
import { parseDate, UNSURE_MS } from "./skew.ts";

/** The middle one of so many counts: two odd answers among them swing nothing. */
const SAMPLES = 5;
const ENOUGH = 3;

export interface ClockOffset {
  /** Milliseconds; 0 until enough is known, and where the clocks agree as far as one can tell. */
  now(): number;
  /** `sent` and `heard`: when, on this machine. */
  learn(date: string | undefined, sent: number, heard: number): void;
}

/** `elapsed`: milliseconds that only pass, which no correction of the machine's clock moves. */
export function createClockOffset(elapsed = () => performance.now()): ClockOffset {
  const samples: number[] = [];
  let offset = 0;
  let counts = 1;
  let ahead: number | null = null;
  /** Since the last answer; a machine that was suspended looks like one that was set. */
  const isSet = (heard: number) => {
    const before = ahead;
    ahead = heard - elapsed();
    return before !== null && Math.abs(ahead - before) > UNSURE_MS;
  };
  return {
    now: () => offset,
    learn(date, sent, heard) {
      const hub = parseDate(date);
      // What was learned is of another clock: until enough agreed, whatever is due would come too early or too late.
      if (isSet(heard)) [samples.length, counts] = [0, ENOUGH];
      // It was written somewhere in between: a slow answer tells too little.
      if (hub === null || heard < sent || heard - sent > UNSURE_MS) return;
      samples.push(...Array<number>(counts).fill(hub - (sent + heard) / 2));
      counts = 1;
      if (samples.length > SAMPLES) samples.shift();
      if (samples.length < ENOUGH) return;
      const middle = [...samples].sort((a, b) => a - b)[samples.length >> 1] ?? 0;
      // Whole seconds flicker: it moves only when it is plainly wrong.
      if (Math.abs(middle - offset) < UNSURE_MS) return;
      offset = Math.abs(middle) < UNSURE_MS ? 0 : Math.round(middle);
    },
  };
}

/** The hub's time: what decides when something is over. */
export const hubClock = (machine: Clock, offset: () => number): Clock => ({
  now: () => machine.now() + offset(),
  sleep: (ms, signal) => machine.sleep(ms, signal),
});
