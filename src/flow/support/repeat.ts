/** Work that is done again and again, one run at a time, until it is closed; each run says how many ms until the next. */
import type { Log } from "../ports.ts";

export interface Repeating {
  /** No run begins any more; resolves when the one under way, whose signal is aborted, is over. */
  close(): Promise<void>;
}

export interface RepeatOptions {
  /** For the log, should a run fail. */
  what: string;
  /** By which the waits pass: our clock's, or a plain timer. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  log: Log;
  /** ms before the first run; none when left out. */
  after?: number;
}

const AFTER_FAILURE_MS = 10_000;

export function repeat(
  work: (signal: AbortSignal) => Promise<number>,
  { what, sleep, log, after = 0 }: RepeatOptions,
): Repeating {
  const closing = new AbortController();
  const { signal } = closing;
  const runOnce = () =>
    work(signal).catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, `${what} failed; in 10 s again`);
      return AFTER_FAILURE_MS;
    });
  const run = async () => {
    let wait = after;
    while (!signal.aborted) {
      if (wait > 0) await sleep(wait, signal).catch(() => {});
      if (!signal.aborted) wait = await runOnce();
    }
  };
  const done = run();
  return {
    close() {
      closing.abort();
      return done;
    },
  };
}
