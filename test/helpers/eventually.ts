/** Waiting in the tests. */

/** Asks again and again until there is something. */
export async function eventually<T>(
  look: () => Promise<T | undefined | null | false>,
  withinMs = 20_000,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > until) throw new Error(`it did not come about within ${withinMs} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
