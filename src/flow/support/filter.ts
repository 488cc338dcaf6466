/** Those of which it holds, asked of all at once. */
export async function filter<T>(all: readonly T[], holds: (one: T) => Promise<boolean>): Promise<T[]> {
  const found = await Promise.all(all.map(holds));
  return all.filter((_, i) => found[i]);
}
