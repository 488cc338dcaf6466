/** What people call an entry of the trail. Pure. */

/** Such as `R-7K2Q9FXT pending → approved (2026-11-26T14:02:07.000Z)`; of any version's. */
export function nameOf(trail: object): string {
  const { id, from, to, lockdown, restore, took, forgot, attempt, who, seal, at } = trail as Record<
    string,
    unknown
  >;
  const when = typeof at === "number" ? ` (${new Date(at).toISOString()})` : "";
  if (typeof seal === "number") return `seal ${seal}${when}`;
  if (typeof id === "string" && to !== undefined) return `${id} ${from ?? "new"} → ${to}${when}`;
  if (lockdown !== undefined) return `lockdown ${lockdown}${when}`;
  if (restore !== undefined) return `restore ${restore}${when}`;
  if (typeof took === "string") return `policy ${took.slice(0, 8)}${when}`;
  if (attempt !== undefined)
    return `${who} may not ${attempt}${typeof id === "string" ? ` ${id}` : ""}${when}`;
  if (forgot !== undefined) return `texts removed${when}`;
  return `an entry${when}`;
}
