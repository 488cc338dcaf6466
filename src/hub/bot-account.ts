/** What setup calls the bot's own account and its rights on the hub; each rotation makes the next account. Pure. */

/** Of the grants, where hub.namespace says no other: no two bots of a hub share one. */
export const defaultNamespace = (instance: string): string => `karpor-access-${instance}`;

const MANAGED_BY = "app.kubernetes.io/managed-by";
const INSTANCE = "app.kubernetes.io/instance";

/** Of all that setup makes. Not the labels of grants: who lists those must not find the bot's own rights among them. */
export const setupLabels = (instance: string): Record<string, string> => ({
  [MANAGED_BY]: "karpor-access",
  [INSTANCE]: instance,
});

/** Whether setup made it, for whichever instance. */
export const isOfSetup = (labels: Record<string, string>): boolean => labels[MANAGED_BY] === "karpor-access";

/** For which instance setup made it; null for what others made, and what setup made before it said so. */
export const setupInstance = (labels: Record<string, string>): string | null =>
  (isOfSetup(labels) && labels[INSTANCE]) || null;

/** Finds all that setup made for an instance. */
export const setupSelector = (instance: string): string =>
  Object.entries(setupLabels(instance))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

/** Of the grants' namespace: who may make tokens for every account of a namespace must not have one there. */
export const botNamespace = (namespace: string): string => `${namespace}${SYSTEM}`;
const SYSTEM = "-system";

/** Of the grants, by the bot's own; null for one that setup does not name so. */
export const grantsNamespace = (own: string): string | null =>
  own.endsWith(SYSTEM) ? own.slice(0, -SYSTEM.length) : null;

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
