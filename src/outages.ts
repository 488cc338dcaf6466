/** Says in the log once that something is away, and once that it is back, however many requests wait for it. */
import type { Logger } from "pino";
import { isAway, isDistrust, isReason, REFUSED_TOKEN } from "./hub/errors.ts";
import { SECOND } from "./request/durations.ts";
import { SlackAway } from "./slack/slack.ts";
import { StoreAway } from "./store/redis.ts";

export type Outside = "hub" | "Slack" | "Redis";

export interface Outages {
  /** Nothing is said of an error that tells of no outage. */
  note(error: unknown): void;
  markBack(outside: Outside): void;
  /** What is away now, and since when. */
  current(): ReadonlyMap<Outside, number>;
}

/** A call that began before may still fail; and what comes and goes is told twice a minute at most. */
const QUIET_AFTER_BACK = 30 * SECOND;

interface OutagesOptions {
  log: Logger;
  now(): number;
  /** What to correct so that Redis can be used; null where it is away alone. */
  redisTrouble(error: Error): string | null;
}

export function createOutages({ log, now, redisTrouble }: OutagesOptions): Outages {
  const since = new Map<Outside, number>();
  const backAt = new Map<Outside, number>();
  return {
    note(error) {
      const outside = outsideFor(error);
      if (outside === null || since.has(outside)) return;
      if (now() - (backAt.get(outside) ?? Number.NEGATIVE_INFINITY) < QUIET_AFTER_BACK) return;
      since.set(outside, now());
      log.warn({ err: error }, `${causeFor(error as Error)}; what waits for it goes on when it is back`);
    },
    markBack(outside) {
      const began = since.get(outside);
      if (began === undefined) return;
      since.delete(outside);
      backAt.set(outside, now());
      log.warn(`${outside} is back after ${Math.round((now() - began) / 1000)} s`);
    },
    current: () => since,
  };

  /** As doctor says it. */
  function causeFor(error: Error): string {
    if (isReason(error, "Unauthorized")) return `The hub ${REFUSED_TOKEN}; npm run setup makes a new one`;
    if (error instanceof StoreAway) return redisTrouble(error) ?? "Redis is away";
    if (isDistrust(error)) return "The hub shows a certificate that is not trusted";
    return `${outsideFor(error)} is away`;
  }
}

function outsideFor(error: unknown): Outside | null {
  if (isAway(error)) return "hub";
  // Slack that asks to wait is not away.
  if (error instanceof SlackAway) return error.retryAfter === null ? "Slack" : null;
  return error instanceof StoreAway ? "Redis" : null;
}
