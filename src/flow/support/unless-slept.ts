/** Who may do something is looked up, and then it is done: where this process slept in between, as a machine that is suspended does, it is looked up anew, for anybody may have left meanwhile. */
import { SECOND } from "../../domain/duration.ts";
import { type Clock, SlackBusy } from "../ports.ts";

/** By itself it takes less. */
const SLEPT_MS = 30 * SECOND;
const TRIES = 3;

class Slept extends Error {}

/** `assertAwake`: for the moment when it is done. Throws what `work` throws, and SlackBusy where each try took too long. */
export async function unlessSlept<T>(
  { clock }: { clock: Pick<Clock, "now"> },
  work: (assertAwake: () => void) => Promise<T>,
): Promise<T> {
  for (let left = TRIES; left > 0; left--) {
    const began = clock.now();
    const assertAwake = () => {
      if (clock.now() - began > SLEPT_MS) throw new Slept();
    };
    try {
      return await work(assertAwake);
    } catch (error) {
      if (!(error instanceof Slept)) throw error;
    }
  }
  throw new SlackBusy(SECOND);
}
