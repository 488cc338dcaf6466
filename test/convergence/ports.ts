/** Ports for the doors of replicas, each used once in a long while: what a dead one still sends finds nobody behind its own. */

/** Above 10080, to which no fetch ever goes: it is on the list of bad ports. */
const [FIRST, COUNT] = [11_000, 10_000];
let next = process.pid % 2 === 0 ? 0 : COUNT / 2;

/** Tries port after port until one is free. */
export async function onPort<T>(listen: (port: number) => Promise<T>): Promise<T> {
  for (;;) {
    next = (next + 1) % COUNT;
    try {
      return await listen(FIRST + next);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
}
