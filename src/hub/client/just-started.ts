/** Whether the hub was away a moment ago: an API server that starts refuses all that RBAC decides until it has read its rules. */
import type { Clock } from "../../domain/clock.ts";
import { SECOND } from "../../domain/duration.ts";
import { HubError } from "./errors.ts";
import { isGivenUp } from "./seen.ts";

/** A kube-apiserver 1.36 was over it 0.05 to 0.25 s after its first answer, and it was called away 3 s before; tried. Of one that is away longer each replica learns it every ten seconds. */
const STARTS_WITHIN_MS = 15 * SECOND;
/** Of whatever stands before it, or of itself: nobody serves yet. With 500 Karpor answers whatever it fails at. */
const AWAY = [502, 503, 504];

export interface JustStarted {
  now(): boolean;
  /** Resolves and throws what `work` does. `signal`: of whoever may give it up. */
  mind<T extends { status: number }>(work: Promise<T>, signal: AbortSignal): Promise<T>;
  mindEach<T>(events: AsyncGenerator<T, void>): AsyncGenerator<T, void>;
}

export function createJustStarted(clock: Pick<Clock, "now">): JustStarted {
  let awayAt = Number.NEGATIVE_INFINITY;
  const away = () => {
    awayAt = clock.now();
  };
  return {
    now: () => Math.abs(clock.now() - awayAt) < STARTS_WITHIN_MS,
    async mind(work, signal) {
      try {
        const answer = await work;
        if (AWAY.includes(answer.status)) away();
        return answer;
      } catch (error) {
        if (!isGivenUp(signal)) away();
        throw error;
      }
    },
    async *mindEach(events) {
      try {
        yield* events;
      } catch (error) {
        if (error instanceof HubError && (error.status === null || AWAY.includes(error.status))) away();
        throw error;
      }
    },
  };
}
