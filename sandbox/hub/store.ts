/** The hub's objects in memory: immutable, and listed in etcd's order. */
import type { Resource } from "./resources.ts";
import type { KubeObject } from "./types.ts";

interface StoreChange {
  resource: Resource;
  before: KubeObject | undefined;
  /** Undefined: it is gone. */
  after: KubeObject | undefined;
}

export interface ObjectStore {
  get(resource: Resource, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Stores it under a new resourceVersion, in place of what was there. */
  put(resource: Resource, object: KubeObject): KubeObject;
  remove(resource: Resource, object: KubeObject): KubeObject;
  /** In order; all namespaces when none is named. */
  list(resource: Resource, namespace?: string): KubeObject[];
  version(): number;
  subscribe(listener: (change: StoreChange) => void): void;
}

const storeKey = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;
export const keyOfObject = ({ metadata }: KubeObject): string => storeKey(metadata.namespace, metadata.name);

interface Table {
  objects: Map<string, KubeObject>;
  /** Sorted when it is next listed; null: objects came or went since. */
  order: string[] | null;
}

export function createStore(): ObjectStore {
  const tables = new Map<Resource, Table>();
  const listeners: ((change: StoreChange) => void)[] = [];
  let version = 1;
  const tableOf = (resource: Resource): Table => {
    const table = tables.get(resource) ?? { objects: new Map(), order: null };
    tables.set(resource, table);
    return table;
  };
  const commit = (resource: Resource, object: KubeObject, isKept: boolean): KubeObject => {
    const stamped = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } };
    const [table, key] = [tableOf(resource), keyOfObject(object)];
    const before = table.objects.get(key);
    if (isKept) table.objects.set(key, stamped);
    else table.objects.delete(key);
    if (!isKept || !before) table.order = null;
    for (const listener of listeners) listener({ resource, before, after: isKept ? stamped : undefined });
    return stamped;
  };
  return {
    get: (resource, namespace, name) => tableOf(resource).objects.get(storeKey(namespace, name)),
    put: (resource, object) => commit(resource, object, true),
    remove: (resource, object) => commit(resource, object, false),
    list(resource, namespace) {
      const table = tableOf(resource);
      table.order ??= [...table.objects.keys()].sort();
      const prefix = namespace === undefined ? "" : `${namespace}/`;
      return table.order.flatMap((key) => (key.startsWith(prefix) ? (table.objects.get(key) ?? []) : []));
    },
    version: () => version,
    subscribe: (listener) => void listeners.push(listener),
  };
}
