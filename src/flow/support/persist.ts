/** Writing down what was just done in Slack, through a short absence of Redis: forgotten, it would never be done again. */
import { isStoreAway, type Ports } from "../ports.ts";

const TRIES_MAX = 20;
const AGAIN_AFTER_MS = 250;

/** `write` must do no harm when it is done twice. Throws what it throws in the end. */
export async function persist<T>({ clock }: Pick<Ports, "clock">, write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!isStoreAway(error) || tries >= TRIES_MAX) throw error;
      await clock.sleep(AGAIN_AFTER_MS);
    }
  }
}
