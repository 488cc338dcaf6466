/** The bot's times, scaled down; on a machine that shows to be too slow for that, to less and less. */

/** What takes 12, 5, 30 and 5 s in earnest; and by our clock, in which sweeps are a minute apart, 150 s. */
const TIMES = {
  lease: { ttl: 1_000, renewEvery: 120, margin: 500 },
  locks: { lockDuration: 500, stalledInterval: 400 },
  ends: { everyMs: 200, standstillAfterMs: 90_000 },
  callMs: 450,
  /** After this nothing is held any more of what a dead one held, or a frozen one was at: Redis counts in the machine's time. */
  forgottenMs: 1_300,
  /** A sequence that takes longer hangs. */
  sequenceMs: 90_000,
};

const SLOWEST = 6;

export type Times = typeof TIMES;
export type ScaledTimes = ReturnType<typeof createTimes>;

export function createTimes() {
  let slowness = 1;
  const scaled = <T extends object>(times: T): T =>
    Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, slowness * ms])) as T;
  return {
    now: (): Times => {
      const { lease, locks, ends, ...more } = TIMES;
      return { lease: scaled(lease), locks: scaled(locks), ends, ...scaled(more) };
    },
    /** What begins from now on has more time. */
    easeOff(): void {
      slowness = Math.min(slowness * 2, SLOWEST);
    },
  };
}
