/** The hub's objects in memory: immutable, in etcd's order, indexed by label so that 10,000 accounts list quickly. */
import type { Resource } from "./resources.ts";
import type { KubeObject } from "./types.ts";

export interface StoreChange {
  type: "ADDED" | "MODIFIED" | "DELETED";
  resource: Resource;
  object: KubeObject;
  before: KubeObject | undefined;
}

export interface ObjectStore {
  get(resource: Resource, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Stores it under a new resourceVersion, replacing what stood there. */
  put(resource: Resource, object: KubeObject): KubeObject;
  remove(resource: Resource, object: KubeObject): KubeObject;
  /** In order; `label` ("key=value") narrows it by the index. */
  list(resource: Resource, namespace?: string, label?: string): KubeObject[];
  version(): number;
  subscribe(listener: (change: StoreChange) => void): () => void;
}

interface Table {
  objects: Map<string, KubeObject>;
  order: string[];
  labels: Map<string, Set<string>>;
}

export const storeKeyOf = (namespace: string | undefined, name: string): string =>
  `${namespace ?? ""}/${name}`;
const keyOfObject = ({ metadata }: KubeObject) => storeKeyOf(metadata.namespace, metadata.name);

export function createStore(): ObjectStore {
  const tables = new Map<Resource, Table>();
  const listeners = new Set<(change: StoreChange) => void>();
  let version = 1;
  const table = (resource: Resource): Table => {
    const known = tables.get(resource);
    if (known) return known;
    const fresh: Table = { objects: new Map(), order: [], labels: new Map() };
    tables.set(resource, fresh);
    return fresh;
  };
  const commit = (resource: Resource, object: KubeObject, type?: "DELETED"): KubeObject => {
    const { metadata } = object;
    const stamped = { ...object, metadata: { ...metadata, resourceVersion: String(++version) } };
    const before = place(table(resource), keyOfObject(object), type ? undefined : stamped);
    const change: StoreChange = {
      type: type ?? (before ? "MODIFIED" : "ADDED"),
      resource,
      object: stamped,
      before,
    };
    for (const listener of listeners) listener(change);
    return stamped;
  };
  return {
    get: (resource, namespace, name) => table(resource).objects.get(storeKeyOf(namespace, name)),
    put: (resource, object) => commit(resource, object),
    remove: (resource, object) => commit(resource, object, "DELETED"),
    list: (resource, namespace, label) => select(table(resource), namespace, label),
    version: () => version,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function place(table: Table, key: string, object: KubeObject | undefined): KubeObject | undefined {
  const before = table.objects.get(key);
  for (const label of labelsOf(before)) table.labels.get(label)?.delete(key);
  for (const label of labelsOf(object)) {
    const keys = table.labels.get(label) ?? new Set();
    table.labels.set(label, keys.add(key));
  }
  if (object) table.objects.set(key, object);
  else table.objects.delete(key);
  if (object && !before) table.order.splice(position(table.order, key), 0, key);
  if (!object && before) table.order.splice(position(table.order, key), 1);
  return before;
}

function select(table: Table, namespace?: string, label?: string): KubeObject[] {
  const prefix = namespace === undefined ? "" : `${namespace}/`;
  const found: KubeObject[] = [];
  const keys = label === undefined ? table.order : [...(table.labels.get(label) ?? [])].sort();
  for (let at = position(keys, prefix); at < keys.length; at++) {
    const key = keys[at];
    if (!key?.startsWith(prefix)) break;
    const object = table.objects.get(key);
    if (object) found.push(object);
  }
  return found;
}

/** Where `key` stands, or would stand, in the sorted keys. */
function position(order: string[], key: string): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function labelsOf(object: KubeObject | undefined): string[] {
  return Object.entries(object?.metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`);
}
