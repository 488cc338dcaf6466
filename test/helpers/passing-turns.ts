/** Whoever waits for a turn at Slack moves the test's time to it. */
import { setTimeout as delay } from "node:timers/promises";
import type { JumpClock } from "../../sandbox/clock.ts";
import type { Clock } from "../../src/flow/ports.ts";

/** Longer than any wait for Redis in place, and as long as one for a turn at Slack may be. */
const [BEYOND_REDIS_MS, PATIENCE_MS] = [250, 2_500];
/** What is under way meanwhile goes on. */
const TURN_MS = 5;

/** What looks again and again, and so can be stopped, waits. */
export const passingTurns = (clock: JumpClock, turns: { atOnce: boolean }): Clock => ({
  now: clock.now,
  async sleep(ms, signal) {
    if (!turns.atOnce || signal || ms <= BEYOND_REDIS_MS || ms > PATIENCE_MS) return clock.sleep(ms, signal);
    const due = clock.now() + ms;
    await delay(TURN_MS);
    clock.jump(Math.max(0, due - clock.now()));
  },
});
