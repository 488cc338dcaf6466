/** Bindings first, many at once and the newest before all others: without its binding a token is refused at once. */
import { SECOND } from "../../domain/duration.ts";
import { uidsOf } from "../mend/repair.ts";
import type { GrantObjects, Ports } from "../ports.ts";

const LISTING_WITHIN_MS = 45 * SECOND;
const REMOVING_WITHIN_MS = 15 * SECOND;
/** Under the urgent lane's: what else is urgent goes beside it. */
const AT_ONCE = 48;

interface Stripping {
  stopping: AbortSignal;
  /** After each that is gone. */
  onRemoved?: () => void;
}

/**
 * Needs no lease and no record: deleting twice does no harm, and what made it may not show it any more. `whichAreOver`
 * is asked once the hub has listed what stands: whoever sleeps in between has listed nothing that came since. Resolves
 * to whether none of those that stood is left. Throws when the hub cannot list them.
 */
export async function stripBindings(
  { grants, log }: Pick<Ports, "grants" | "log">,
  whichAreOver: (standing: readonly GrantObjects[]) => Promise<(on: GrantObjects) => boolean>,
  { stopping, onRemoved = () => {} }: Stripping,
): Promise<boolean> {
  const within = (ms: number) => AbortSignal.any([stopping, AbortSignal.timeout(ms)]);
  const standing = await grants.list(within(LISTING_WITHIN_MS));
  const isOver = await whichAreOver(standing);
  const bound = standing.filter((on) => on.binding && isOver(on)).sort((a, b) => madeAt(a) - madeAt(b));
  let failed = 0;
  const worker = async () => {
    for (let on = bound.pop(); on && !stopping.aborted; on = bound.pop())
      await grants
        .removeBinding(on.key, uidsOf(on), within(REMOVING_WITHIN_MS))
        .then(onRemoved, (error: unknown) => {
          failed += 1;
          log.error({ id: on?.key.id, err: error }, "a binding was not taken away yet; trying on");
        });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return failed === 0 && bound.length === 0;
}

const madeAt = ({ account }: GrantObjects): number => account?.createdAt ?? Number.POSITIVE_INFINITY;
