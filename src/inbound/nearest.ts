/** Which name a mistyped word was probably meant to be. */

/** The name with the fewest slips; undefined when even that is another word. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, slips: countSlips(word, name) }))
    .filter(({ name, slips }) => slips <= Math.max(1, Math.floor(name.length / 2)))
    .sort((a, b) => a.slips - b.slips);
  return best?.name;
}

/** Levenshtein's distance: letters that were added, left out or changed. */
function countSlips(typed: string, meant: string): number {
  let row = Array.from({ length: meant.length + 1 }, (_, column) => column);
  for (let line = 1; line <= typed.length; line++) {
    const next = [line];
    for (let column = 1; column <= meant.length; column++) {
      const changed = (row[column - 1] ?? 0) + (typed[line - 1] === meant[column - 1] ? 0 : 1);
      next.push(Math.min((row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, changed));
    }
    row = next;
  }
  return row[meant.length] ?? 0;
}
