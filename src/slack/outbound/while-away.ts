/** While Slack is away one call a moment shows when it is back: each takes a turn, which whoever comes then would have to wait for. */
import type { Clock } from "../../domain/clock.ts";
import { MINUTE, SECOND } from "../../domain/duration.ts";
import { SlackBusy, TroubleOutside } from "../../flow/ports.ts";
import { isOfAnyCall, type SlackClients } from "./client.ts";

/** All replicas together, of two methods in turn, leave of both what all else may take in a minute. */
const EVERY_MS = 1.5 * SECOND;

/** Whoever had nothing to try for so long knows nothing of Slack. */
const FORGOTTEN_MS = MINUTE;

export interface FewWhileAwayOptions {
  slack: Pick<SlackClients, "oneTry">;
  clock: Pick<Clock, "now">;
}

/** Does the work, told how often that failed since Slack is away; throws SlackBusy instead where that was a moment ago. */
export function fewWhileAway(what: string, { slack, clock }: FewWhileAwayOptions) {
  let next: number | undefined;
  let failed = 0;
  const later = (ms: number) => {
    next = clock.now() + ms;
  };

  async function itsTurn(): Promise<void> {
    if (next === undefined) return;
    const wait = next - clock.now();
    if (wait < -FORGOTTEN_MS) return answered();
    // More is of a clock that was ahead.
    if (wait > 0 && wait <= EVERY_MS) throw new SlackBusy(wait);
    later(EVERY_MS);
    await slack.oneTry(what, EVERY_MS).catch((error) => {
      if (!(error instanceof SlackBusy)) throw error;
      // More is of clocks that differ.
      const ms = Math.min(error.retryAfterMs, EVERY_MS);
      later(ms);
      throw new SlackBusy(ms);
    });
  }

  const answered = () => {
    next = undefined;
    failed = 0;
  };

  return async <T>(work: (failed: number) => Promise<T>): Promise<T> => {
    await itsTurn();
    try {
      const done = await work(failed);
      answered();
      return done;
    } catch (error) {
      // That there is no room tells nothing of Slack.
      if (error instanceof SlackBusy) throw error;
      if (!isAway(error)) answered();
      else {
        later(EVERY_MS);
        failed++;
      }
      throw error;
    }
  };
}

/** It gave no answer, or none that was about this call. */
const isAway = (error: unknown): boolean => error instanceof TroubleOutside || isOfAnyCall(error);
