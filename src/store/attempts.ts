/** What people tried and may not, on the trail: the same once, and so many of one person at most. */
import { ATTEMPTS_KEPT, ATTEMPTS_WITHIN_MS, type Attempt, attemptKey } from "../domain/attempt.ts";
import type { Attempts } from "../flow/ports.ts";
import { chained, type TrailLine } from "./chain.ts";
import { writing } from "./failures.ts";
import { defineScripts } from "./scripts.ts";
import type { Store } from "./store.ts";

interface AttemptStore extends Pick<Store, "redis" | "keys"> {
  onAttempt(entry: Attempt, line: TrailLine): void;
}

export function createAttempts({ keys, onAttempt, ...store }: AttemptStore): Attempts {
  const redis = defineScripts(store.redis);
  return {
    async note(attempt) {
      const [one, last] = [chained<Attempt>(attempt), chained<Attempt>({ ...attempt, full: true })];
      const number = await writing(redis, () =>
        redis.noteAttempt(
          ...[keys.attempts(attempt.who), keys.trail, keys.texts],
          ...[attemptKey(attempt), attempt.at, ATTEMPTS_WITHIN_MS, ATTEMPTS_KEPT, one.entry, last.entry],
        ),
      );
      if (number === 0) return;
      const { whole, line } = number === ATTEMPTS_KEPT ? last : one;
      onAttempt(whole, line);
    },
  };
}
