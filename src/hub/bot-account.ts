/** What setup calls the bot's own account and its rights on the hub; each rotation makes the next account. Pure. */

/** Of the grants' namespace: who may make tokens for every account of a namespace must not have one there. */
export const botNamespace = (namespace: string): string => `${namespace}-system`;

/** The ClusterRole that lets the bot make and delete bindings. */
export const botClusterRole = (namespace: string): string => namespace;

/** `karpor-access`, then `karpor-access-2` and so on: a name is not used again, nor what was ever bound to it. */
export const botAccountName = (namespace: string, generation: number): string =>
  generation === 1 ? namespace : `${namespace}-${generation}`;

/** Null for what is no account of the bot's. */
export function botGenerationOf(namespace: string, name: string): number | null {
  if (name === namespace) return 1;
  const generation = Number(name.startsWith(`${namespace}-`) ? name.slice(namespace.length + 1) : Number.NaN);
  return Number.isInteger(generation) && botAccountName(namespace, generation) === name ? generation : null;
}
