/** Who runs a command, where they say so. Pure. */

const MAX = 60;

/** Throws one sentence. */
export function operatorName(as: string): string {
  const name = as.trim();
  if (name.length > MAX || !/^\P{C}+$/u.test(name))
    throw new Error(`Say who you are in at most ${MAX} characters: --as NAME.`);
  return name;
}
