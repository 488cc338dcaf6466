/** While Slack is away one call a moment shows when it is back: each takes a turn, which whoever comes then would have to wait for. */
import type { Clock } from "../../domain/clock.ts";
import { SECOND } from "../../domain/duration.ts";
import { SlackBusy, TroubleOutside } from "../../flow/ports.ts";

/** Two replicas together stay below what Slack takes in a minute. */
const EVERY_MS = 1.25 * SECOND;

/** Does the work; throws SlackBusy instead where Slack gave no answer a moment ago. */
export function fewWhileAway(clock: Pick<Clock, "now">) {
  let next: number | undefined;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    const now = clock.now();
    const wait = next === undefined ? 0 : next - now;
    // More is of a clock that was ahead.
    if (wait > 0 && wait <= EVERY_MS) throw new SlackBusy(wait);
    if (next !== undefined) next = now + EVERY_MS;
    try {
      const done = await work();
      next = undefined;
      return done;
    } catch (error) {
      next = error instanceof TroubleOutside ? clock.now() + EVERY_MS : undefined;
      throw error;
    }
  };
}
