/** How far the hub's clock is ahead of ours. Pure. */

/** A Date header has whole seconds and is as old as its answer: less than this is no difference. */
export const UNSURE_MS = 2_000;
/** In the middle of the second that it names. */
const HALF_MS = 500;

/** Milliseconds since the epoch; null when it is none. */
export function parseDate(dateHeader: string | null | undefined): number | null {
  const hub = Date.parse(dateHeader ?? "");
  return Number.isNaN(hub) ? null : hub + HALF_MS;
}

/** Milliseconds, 0 when they agree as far as one can tell: it was written somewhen between `sent` and `heard`, on our clock. */
export function skew(dateHeader: string | null | undefined, heard: number, sent = heard): number {
  const hub = parseDate(dateHeader);
  if (hub === null) return 0;
  const off = hub - Math.min(Math.max(hub, sent), heard);
  return Math.abs(off) < UNSURE_MS ? 0 : off;
}
