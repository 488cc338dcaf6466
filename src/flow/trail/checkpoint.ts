/** Once a day the newest seal is said where people keep it, so that whoever changes the trail later is found out by it. */
import type { Witnessed } from "../../domain/seal.ts";
import { type Ports, PostRefused, PostUnanswered } from "../ports.ts";

type Needs = Pick<Ports, "clock" | "log" | "told">;

/**
 * Days are UTC's. What was certainly not posted is tried again at the next call; what was refused, or may stand, is the
 * day's. Throws StoreDown, StoreUnsure.
 */
export async function checkpoint(
  { clock, log, told }: Needs,
  newest: Witnessed,
  post: (newest: Witnessed) => Promise<unknown>,
): Promise<void> {
  const day = `checkpoint:${new Date(clock.now()).toISOString().slice(0, 10)}`;
  if ((await told.fresh([day])).length === 0) return;
  try {
    await post(newest);
  } catch (error) {
    log.warn(
      { seal: newest.seal, err: error },
      "the day's checkpoint of the trail is not known to be posted",
    );
    if (!(error instanceof PostRefused || error instanceof PostUnanswered)) return;
  }
  await told.remember([day]);
}
