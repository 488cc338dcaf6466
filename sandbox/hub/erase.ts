/** Deleting: preconditions, propagation policies, and finalizers that nobody removes because no controller runs. */
import { isRecord, type Json, rfc3339 } from "./admit.ts";
import { notSupported } from "./causes.ts";
import { namespaces, type Resource } from "./resources.ts";
import { conflict, invalid } from "./status.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject } from "./types.ts";

const POLICIES = ["Foreground", "Background", "Orphan"];
const FINALIZERS: Record<string, string> = { Foreground: "foregroundDeletion", Orphan: "orphan" };

export interface Erasure {
  policy: string | undefined;
  uid: string | undefined;
  resourceVersion: string | undefined;
}

export function parseErasure(body: Json, query: URLSearchParams): Erasure {
  const preconditions = isRecord(body.preconditions) ? body.preconditions : {};
  const policy =
    (body.propagationPolicy as string | undefined) ?? query.get("propagationPolicy") ?? undefined;
  if (policy !== undefined && !POLICIES.includes(policy)) {
    const kind = { group: "meta.k8s.io", kind: "DeleteOptions" };
    throw invalid(kind, "", [notSupported("propagationPolicy", policy, [...POLICIES, "nil"])]);
  }
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return { policy, uid: text(preconditions.uid), resourceVersion: text(preconditions.resourceVersion) };
}

export function erase(
  store: ObjectStore,
  resource: Resource,
  object: KubeObject,
  erasure: Erasure,
  now: number,
) {
  check(resource, object, erasure);
  const finalizers = finalizersAfter(object.metadata.finalizers ?? [], erasure.policy);
  const { finalizers: _, ...metadata } = object.metadata;
  const rest = { ...metadata, ...(finalizers.length > 0 && { finalizers }) };
  if (resource === namespaces) return store.put(resource, terminating(object, now));
  if (finalizers.length === 0) return store.remove(resource, { ...object, metadata: rest });
  const unchanged = metadata.deletionTimestamp && finalizers.length === object.metadata.finalizers?.length;
  if (unchanged) return object;
  return store.put(resource, { ...object, metadata: { ...rest, ...deletion(object, now) } });
}

function check({ group, kind }: Resource, { metadata }: KubeObject, { uid, resourceVersion }: Erasure): void {
  const refuse = (what: string, wanted: string, real: string) =>
    conflict(
      kind,
      group,
      metadata.name,
      `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${real}). The object might have been deleted and then recreated`,
    );
  if (uid !== undefined && uid !== metadata.uid) throw refuse("UID", uid, metadata.uid);
  if (resourceVersion === undefined || resourceVersion === metadata.resourceVersion) return;
  throw refuse("ResourceVersion", resourceVersion, metadata.resourceVersion);
}

function finalizersAfter(finalizers: string[], policy: string | undefined): string[] {
  if (policy === undefined) return finalizers;
  const others = finalizers.filter((finalizer) => !Object.values(FINALIZERS).includes(finalizer));
  const added = FINALIZERS[policy];
  return added ? [...others, added] : others;
}

function deletion({ metadata }: KubeObject, now: number) {
  return { deletionTimestamp: metadata.deletionTimestamp ?? rfc3339(now), deletionGracePeriodSeconds: 0 };
}

/** No namespace controller runs: it stays Terminating for ever. */
function terminating(object: KubeObject, now: number): KubeObject {
  const deletionTimestamp = object.metadata.deletionTimestamp ?? rfc3339(now);
  return { ...object, metadata: { ...object.metadata, deletionTimestamp }, status: { phase: "Terminating" } };
}
