/** How far the hub's clock is ahead of ours. Pure. */

/** A Date header has whole seconds and is as old as its answer: less than this is no difference. */
const UNSURE = 2_000;

/** Milliseconds, 0 when they agree as far as one can tell. */
export function skew(dateHeader: string | null | undefined, now: number): number {
  const hub = Date.parse(dateHeader ?? "");
  return Number.isNaN(hub) || Math.abs(hub - now) < UNSURE ? 0 : hub - now;
}
