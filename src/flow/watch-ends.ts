/** A dead man's switch, which needs no queue: with Redis gone, or taking jobs that nobody runs, the hub alone ends what is over. */
import { fallbackExpiry } from "./fallback-expiry.ts";
import type { Ports } from "./ports.ts";
import type { HoldFound, Holds } from "./support/holds.ts";

export interface EndsWatchTimes {
  everyMs: number;
  /** Sweeps are due every minute. With the time between two looks this makes 3 minutes. */
  standstillAfterMs: number;
}
export const ENDS_WATCH_TIMES: EndsWatchTimes = { everyMs: 30_000, standstillAfterMs: 150_000 };

export interface EndsWatchPorts extends Pick<Ports, "requests" | "sweeps" | "grants" | "clock" | "log"> {
  holds: Pick<Holds, "report">;
  /** Milliseconds that only pass: a clock that is set, or wrong, must not keep anything from ending. */
  elapsed(): number;
}

/** Each run resolves to how many ms later the next is due. */
export function watchEnds(
  ports: EndsWatchPorts,
  times = ENDS_WATCH_TIMES,
): (signal: AbortSignal) => Promise<number> {
  let last: { count: number | null; at: number } = { count: null, at: ports.elapsed() };
  const trouble = async (): Promise<HoldFound | null> => {
    const count = await completed(ports);
    // While Redis was away no sweep could run: they have their time anew.
    if (count !== last.count) last = { count, at: ports.elapsed() };
    if (count === null) return NO_RECORDS;
    return ports.elapsed() - last.at > times.standstillAfterMs ? STANDSTILL : null;
  };
  return async (signal) => {
    const found = await trouble();
    ports.holds.report("ends", found ? [found] : []);
    if (found)
      await fallbackExpiry(ports, signal).catch((error: unknown) =>
        ports.log.error({ err: error }, "the hub does not answer either: nothing can be ended"),
      );
    return times.everyMs;
  };
}

/** How many sweeps were completed so far; null when Redis does not answer, or takes no writes. */
async function completed({ requests, sweeps }: EndsWatchPorts): Promise<number | null> {
  try {
    await requests.ping();
    return await sweeps.count();
  } catch {
    return null;
  }
}

const NO_RECORDS: HoldFound = {
  cause: "records",
  message: "Redis takes no writes; what is over is ended from the hub alone",
  fix: "redis-cli PING and SET, from this machine: is it up, full, or a replica?",
};
const STANDSTILL: HoldFound = {
  cause: "sweep",
  message:
    "Redis answers, but no sweep was completed for 3 minutes; what is over is ended from the hub alone",
  fix: "Restart the bot; if that does not help, look at the log for what the sweep fails at",
};
