/** Which name a mistyped word is nearest to. Pure. */

/** The name at the smallest edit distance, when it is near enough to be a slip; of several the first. */
export function nearest(word: string, names: readonly string[]): { name: string; far: number } | undefined {
  const ranked = names
    .map((name) => ({ name, far: distance(word, name) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(name.length / 2)))
    .sort((a, b) => a.far - b.far);
  return ranked[0];
}

/** Levenshtein's distance. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
