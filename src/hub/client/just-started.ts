/** Whether the hub was away a moment ago: an API server that starts refuses all that RBAC decides until it has read its rules. */
import type { Clock } from "../../domain/clock.ts";
import { SECOND } from "../../domain/duration.ts";
import { HubError } from "./errors.ts";

/** A kube-apiserver 1.36 was over it 0.05 to 0.25 s after its first answer, and it was called away 3 s before; tried. */
const STARTS_WITHIN_MS = 10 * SECOND;

export interface JustStarted {
  now(): boolean;
  /** Resolves and throws what `work` does. */
  mind<T extends { status: number }>(work: Promise<T>): Promise<T>;
  mindEach<T>(events: AsyncGenerator<T, void>): AsyncGenerator<T, void>;
}

export function createJustStarted(clock: Pick<Clock, "now">): JustStarted {
  let awayAt = Number.NEGATIVE_INFINITY;
  const away = () => {
    awayAt = clock.now();
  };
  return {
    now: () => clock.now() - awayAt < STARTS_WITHIN_MS,
    async mind(work) {
      try {
        const answer = await work;
        if (answer.status >= 500) away();
        return answer;
      } catch (error) {
        away();
        throw error;
      }
    },
    async *mindEach(events) {
      try {
        yield* events;
      } catch (error) {
        if (error instanceof HubError && (error.status === null || error.status >= 500)) away();
        throw error;
      }
    },
  };
}
