/** The names of everything that one instance keeps in Redis; the braces put them all into one slot. */
export function keysFor(instance: string) {
  // Another prefix than that of 0.2: what was not signed there never counts.
  const prefix = `{karpor-access:${instance}}`;
  return {
    prefix,
    request: (id: string) => `${prefix}:request:${id}`,
    /** Ids of what the sweep reads: a record leaves it when it is closed and drawn. */
    unfinished: `${prefix}:unfinished`,
    trail: `${prefix}:trail`,
    seals: `${prefix}:seals`,
    /** Hash: "everybody" or a user id → the newest lockdown or its end. */
    lockdowns: `${prefix}:lockdowns`,
    index: (name: string) => `${prefix}:index:${name}`,
    kept: (name: string) => `${prefix}:kept:${name}`,
    /** Whose records these are: the hub's name, and the fingerprint of the key that signs them. */
    owner: `${prefix}:owner`,
  };
}
export type Keys = ReturnType<typeof keysFor>;
