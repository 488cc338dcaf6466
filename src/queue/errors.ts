/** What the log is told of an error that comes from anywhere: enough to find it, never what was sent or answered. */
import type { Clock, Log } from "../flow/ports.ts";

/** An HTTP client's error quotes bodies and headers in its message: of those only name and code are kept. */
export function describe(error: unknown): object {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = codeOf(error) ?? codeOf(error.cause);
  if ("body" in error || "headers" in error) return { error: error.name, code };
  return { error: error.name, code, reason: error.message, stack: error.stack };
}

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

const QUIET = 30_000;

/** Reports an error once in half a minute, and not at all what the connection reports itself. */
export function quietly(clock: Clock, log: Log): (error: Error) => void {
  const told = new Map<string, number>();
  return (error) => {
    const system = "syscall" in error || /closed|ECONNREFUSED|max retries/i.test(error.message);
    const now = clock.now();
    if (system || now - (told.get(error.message) ?? Number.NEGATIVE_INFINITY) < QUIET) return;
    for (const [message, at] of told) if (now - at >= QUIET) told.delete(message);
    told.set(error.message, now);
    log.warn({ error: error.name, reason: error.message }, "The queue complains");
  };
}
