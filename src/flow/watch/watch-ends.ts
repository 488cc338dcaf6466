/** A dead man's switch, which needs no queue: with Redis gone, or taking jobs that nobody runs, the hub alone ends what is over. */

import type { LastSweep, Ports } from "../ports.ts";
import type { HoldFound, Holds } from "../support/holds.ts";
import { fallbackExpiry } from "./fallback-expiry.ts";

export interface EndsWatchTimes {
  everyMs: number;
  /** Sweeps are due every minute. With the time between two looks this makes 3 minutes. */
  standstillAfterMs: number;
}
export const ENDS_WATCH_TIMES: EndsWatchTimes = { everyMs: 30_000, standstillAfterMs: 150_000 };
/** In a row: a replica that slept may look before the sweep that was due meanwhile has run. */
const LOOKS = 5;

export interface EndsWatchPorts
  extends Pick<
    Ports,
    "requests" | "sweeps" | "grants" | "notifier" | "lockdown" | "hubEnds" | "clock" | "log" | "stopping"
  > {
  holds: Pick<Holds, "report">;
  /** What lets the bot into a channel. */
  invite: string;
  /** Milliseconds that only pass: a clock that is set, or wrong, must not keep anything from ending. */
  elapsed(): number;
}

/** Each run resolves to how many ms later the next is due. */
export function watchEnds(
  ports: EndsWatchPorts,
  times = ENDS_WATCH_TIMES,
): (signal: AbortSignal) => Promise<number> {
  let last: { count: number | null; at: number; looks: number } = {
    ...{ count: null, at: ports.elapsed(), looks: 0 },
  };
  const trouble = (swept: LastSweep | null): HoldFound[] => {
    const count = swept?.count ?? null;
    // While Redis was away no sweep could run: they have their time anew.
    if (count !== last.count) last = { count, at: ports.elapsed(), looks: 0 };
    else last.looks += 1;
    if (!swept) return [NO_RECORDS];
    const isLong = ports.elapsed() - last.at > times.standstillAfterMs;
    return isLong && last.looks >= LOOKS ? [STANDSTILL] : [];
  };
  return async (signal) => {
    const swept = await lastSweep(ports);
    const found = trouble(swept);
    ports.holds.report("ends", found);
    if (swept)
      ports.holds.report(
        "cards",
        swept.cardsRefused.map((code) => cardRefused(code, ports.invite)),
      );
    if (found.length > 0)
      await fallbackExpiry(ports, signal).catch((error: unknown) =>
        ports.log.error({ err: error }, "the hub does not answer either: nothing can be ended"),
      );
    return times.everyMs;
  };
}

/** Null when Redis does not answer, or takes no writes. */
async function lastSweep({ requests, sweeps }: EndsWatchPorts): Promise<LastSweep | null> {
  try {
    await requests.ping();
    return await sweeps.last();
  } catch {
    return null;
  }
}

const cardRefused = (code: string, invite: string): HoldFound => ({
  cause: `cards ${code}`,
  message: `Slack refuses the cards of requests (${code}): nobody can decide on them`,
  fix: `Let the bot write to slack.channel, or to approval.channel of their role: ${invite} there, and look at who may post`,
});

const NO_RECORDS: HoldFound = {
  cause: "records",
  message: "Redis takes no writes; what is over is ended from the hub alone",
  fix: "redis-cli PING and SET, where Redis runs: is it up, full, or a replica?",
};
const STANDSTILL: HoldFound = {
  cause: "sweep",
  message:
    "Redis answers, but no sweep was completed for 3 minutes; what is over is ended from the hub alone",
  fix: "Restart the bot; if that does not help, look at the log for what the sweep fails at",
};
