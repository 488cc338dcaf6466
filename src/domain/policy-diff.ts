/** What differs between two policies, as data: whoever shows it finds the words. Pure. */
import type { Catalog } from "./catalog.ts";

/** Of a policy or a role; durations are milliseconds. `field` is a dotted path: `admins`, or in a role `approval.by`. */
export type PolicyChange =
  | { kind: "role-added"; role: string }
  | { kind: "role-removed"; role: string }
  /** Of a list of names or durations, whatever their order. */
  | { kind: "listed"; role?: string; field: string; added: Item[]; removed: Item[] }
  /** Null where it was, or is, left out. */
  | { kind: "changed"; role?: string; field: string; from: unknown; to: unknown };
type Item = string | number;

/** Whatever else stands in it beside the roles is compared as it is: what a policy gains is compared too. */
export interface Comparable {
  roles: Catalog;
}

/** Roles in the catalog's order, those that are gone last; empty where nothing but spelling or order differs. */
export function diffPolicies<P extends Comparable>(old: P, now: P): PolicyChange[] {
  const { roles: before, ...settings } = old;
  const { roles: after, ...current } = now;
  const added = Object.keys(after).flatMap((role): PolicyChange[] =>
    Object.hasOwn(before, role)
      ? diff(before[role], after[role]).map((change) => ({ ...change, role }))
      : [{ kind: "role-added", role }],
  );
  const gone = Object.keys(before).filter((role) => !Object.hasOwn(after, role));
  return [
    ...added,
    ...gone.map((role) => ({ kind: "role-removed" as const, role })),
    ...diff(settings, current),
  ];
}

/** Of any two mappings of settings. */
export const diffSettings = (old: object, now: object): Edit[] => diff(old, now);

type Edit = Extract<PolicyChange, { field: string }>;

function diff(from: unknown, to: unknown, field = ""): Edit[] {
  if (isMapping(from) && isMapping(to))
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) =>
      diff(from[key], to[key], field ? `${field}.${key}` : key),
    );
  if (isList(from) && isList(to)) {
    const [added, removed] = [without(to, from), without(from, to)];
    return added.length + removed.length > 0 ? [{ kind: "listed", field, added, removed }] : [];
  }
  return isSame(from, to) ? [] : [{ kind: "changed", field, from: from ?? null, to: to ?? null }];
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Of a list of anything else the order may count. */
const isList = (value: unknown): value is Item[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string" || typeof item === "number");

const without = (items: Item[], others: Item[]): Item[] => items.filter((item) => !others.includes(item));

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => diff(item, b[i]).length === 0);
  return a === b;
}
