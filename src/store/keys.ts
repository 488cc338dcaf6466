/** Names every key of one instance in Redis. The braces put them all into one hash slot. */
export function keysFor(instance: string) {
  const prefix = `{karpor-access:${instance}}`;
  return {
    prefix,
    request: (id: string) => `${prefix}:request:${id}`,
    /** Set of the ids that the sweep reads: a record leaves it when it is closed and drawn. */
    unfinished: `${prefix}:unfinished`,
    /** Streams: the trail's entries, and its seals. */
    trail: `${prefix}:trail`,
    seals: `${prefix}:seals`,
    /** Hash: "everybody" or a user id → the entry that locks. */
    lockdowns: `${prefix}:lockdowns`,
    /** Sorted set of ids; the names are in indexes.ts. */
    index: (name: string) => `${prefix}:index:${name}`,
    kept: (name: string) => `${prefix}:kept:${name}`,
    /** Whose records these are: the hub's name, and the fingerprint of the key that signs them. */
    owner: `${prefix}:owner`,
  };
}
export type Keys = ReturnType<typeof keysFor>;
