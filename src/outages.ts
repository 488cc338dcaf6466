/** Learns from calls' errors which of hub, Slack and Redis is away; logs once that it is away, and once that it is back. */
import type { Logger } from "pino";
import { isAway, isDistrust, isReason, REFUSED_TOKEN } from "./hub/errors.ts";
import { SECOND } from "./request/durations.ts";
import { SlackAway } from "./slack/slack.ts";
import { StoreAway } from "./store/redis.ts";

export type Outside = "hub" | "Slack" | "Redis";

export interface Outages {
  /** Takes any error of a call; ignores one that tells of no outage. */
  note(error: unknown): void;
  /** Is called after a call that succeeded. */
  markBack(outside: Outside): void;
  /** Returns the parts that are away now, and since when (ms since the epoch). */
  current(): ReadonlyMap<Outside, number>;
}

/** Errors are ignored for so long after a return: older calls may still fail, and a flapping part must not flood the log. */
const QUIET_AFTER_BACK = 30 * SECOND;

interface OutagesOptions {
  log: Logger;
  now(): number;
  /** Returns a sentence on what to correct in Redis; null where it is merely away. */
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

  /** Returns the cause in doctor's words. */
  function causeFor(error: Error): string {
    if (isReason(error, "Unauthorized")) return `The hub ${REFUSED_TOKEN}; npm run setup makes a new one`;
    if (error instanceof StoreAway) return redisTrouble(error) ?? "Redis is away";
    if (isDistrust(error)) return "The hub shows a certificate that is not trusted";
    return `${outsideFor(error)} is away`;
  }
}

function outsideFor(error: unknown): Outside | null {
  if (isAway(error)) return "hub";
  // Slack is not away when it asks to wait.
  if (error instanceof SlackAway) return error.retryAfter === null ? "Slack" : null;
  return error instanceof StoreAway ? "Redis" : null;
}
