/** How many sequences at a time: as many as the machine serves without keeping any of them waiting. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

const LOOK_MS = 400;
/** The loop's own timer has this resolution. */
const RESOLUTION_MS = 10;
const [CALM_MS, LATE_MS] = [15, 45];

/** `most` workers take turns; each asks before it begins anew. */
export function createPace(most: number) {
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  loop.enable();
  let allowed = Math.min(2, most);
  let running = 0;
  setInterval(() => {
    const late = loop.mean / 1e6 - RESOLUTION_MS;
    loop.reset();
    if (late > LATE_MS) allowed = Math.max(1, allowed - 1);
    if (late < CALM_MS) allowed = Math.min(most, allowed + 1);
  }, LOOK_MS);
  return {
    async run<T>(work: () => Promise<T>): Promise<T> {
      while (running >= allowed) await delay(LOOK_MS / 4);
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
      }
    },
  };
}
