/** Looking again until something is so, where nothing tells of it; in real time. */
import { setTimeout as delay } from "node:timers/promises";

/** The first truthy answer of `look`, or undefined after `withinMs`. */
export async function seenWithin<T>(
  withinMs: number,
  look: () => T | Promise<T>,
  everyMs = 20,
): Promise<T | undefined> {
  for (const deadline = performance.now() + withinMs; ; await delay(everyMs)) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) return undefined;
  }
}
