/** Whether a trail that begins with a seal begins later than it may. Pure. */
import { DAY } from "../../domain/duration.ts";
import { KEEP_TRAIL_MS } from "../../store/trail.ts";
import { time } from "./time.ts";
import type { Verdict } from "./verifier.ts";

/** Null: nothing is. `at`: when it was read; `since`: from when on it is to show what there is. */
export function cutFault(
  { from }: Pick<Verdict, "from">,
  { at, since = 0 }: { at: number; since?: number | undefined },
): string | null {
  const kept = at - KEEP_TRAIL_MS + DAY;
  if (!from || from.at <= Math.max(kept, since)) return null;
  const why =
    since > kept
      ? `it says that it shows what came from ${time(since)} on`
      : `${KEEP_TRAIL_MS / DAY} days are kept`;
  return `its beginning is cut off: it begins with seal ${from.seal} of ${time(from.at)}, and ${why}`;
}
