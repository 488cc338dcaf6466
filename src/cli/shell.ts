/** A command for people to copy: names that others chose stay one word each, whatever is in them. Pure. */

export const kubectl = (...words: string[]): string => ["kubectl", ...words.map(shellWord)].join(" ");

/** For the cluster of this context; of the current one where none is named. */
export const inContext = (context: string | undefined): string[] =>
  context === undefined ? [] : ["--context", context];

/** A name among its words: what starts with a dash is no option. */
export const plain = (name: string): string[] => (name.startsWith("-") ? ["--", name] : [name]);

/** As sh, bash and zsh read it back; control characters in bash's and zsh's own way, so that no terminal obeys them. */
export function shellWord(word: string): string {
  if (/^[\w.:/@%+=,-]+$/.test(word)) return word;
  if (!/\p{C}/u.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const bytes = [...Buffer.from(word)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`);
  return `$'${bytes.join("")}'`;
}
