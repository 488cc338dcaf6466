/** A job whose step a lockdown refuses shrugs, and looks again later: what it was for has ended by then, or the lockdown is over. */
import { SECOND } from "../../domain/duration.ts";
import { Refused } from "../../domain/refusal.ts";
import type { Later, Ports } from "../ports.ts";

const AGAIN_MS = 5 * SECOND;

/** Throws what `work` throws besides. */
export async function againWhileLocked(
  { clock }: Pick<Ports, "clock">,
  work: () => Promise<Later>,
): Promise<Later> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused && error.refusal.kind === "locked-down")
      return { again: clock.now() + AGAIN_MS };
    throw error;
  }
}
