/** Ports for the doors of replicas, each used once in a long while: what a dead one still sends finds nobody behind its own. */

const [FIRST, COUNT] = [10_000, 10_000];
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
