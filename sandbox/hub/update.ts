/** Updates and patches: what may change of an object, and what becomes of it. */
import { isDeepStrictEqual } from "node:util";
import { type Json, shape, validate } from "./admit.ts";
import { bad, forbiddenField } from "./causes.ts";
import type { Resource } from "./resources.ts";
import { badRequest, conflict, invalid } from "./status.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject, ObjectMetadata, RoleBinding } from "./types.ts";

/** The object as it would stand after the update: what the caller may not change is checked and kept. */
export function updated(resource: Resource, before: KubeObject, wanted: Json): KubeObject {
  const object = shape(resource, wanted);
  checkIdentity(resource, before.metadata, object.metadata);
  checkRoleRef(resource, before, object);
  checkFinalizers(resource, before.metadata, object.metadata);
  const { labels: _l, annotations: _a, finalizers: _f, ...identity } = before.metadata;
  const { labels, annotations, finalizers } = object.metadata;
  const changed = {
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(finalizers && { finalizers }),
  };
  const after = { ...object, metadata: { ...identity, ...changed } };
  validate(resource, after);
  return after;
}

/** Stored; or gone, when it was being deleted and its last finalizer went. */
export function keep(
  store: ObjectStore,
  resource: Resource,
  before: KubeObject,
  after: KubeObject,
): KubeObject {
  if (isDeepStrictEqual(before, after)) return before;
  const finished = before.metadata.deletionTimestamp !== undefined && !after.metadata.finalizers?.length;
  return finished ? store.remove(resource, after) : store.put(resource, after);
}

function checkIdentity(resource: Resource, own: ObjectMetadata, wanted: ObjectMetadata): void {
  const { name, uid, resourceVersion } = wanted;
  checkPlace(own, wanted);
  if (uid !== undefined && uid !== own.uid) {
    throw invalid(resource, name, [bad("metadata.uid", uid, "field is immutable")]);
  }
  if (isVersion(resourceVersion) && resourceVersion !== own.resourceVersion) {
    const why = "the object has been modified; please apply your changes to the latest version and try again";
    throw conflict(resource.plural, resource.group, name, why);
  }
}

type Place = Pick<ObjectMetadata, "name"> & { namespace?: string | undefined };

export function checkPlace(own: Place, { name, namespace }: Place): void {
  if (name !== own.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${own.name})`);
  }
  if (namespace !== undefined && namespace !== own.namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
}

/** A whole object that is sent means the one it was read from. */
export function checkUid(resource: Resource, name: string, wanted: string | undefined, own = ""): void {
  if (wanted === undefined || wanted === own) return;
  const why = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${own}`;
  throw conflict(resource.plural, resource.group, name, why);
}

/** Empty and 0 say nothing: what stands is overwritten. */
export const isVersion = (version: string | undefined): boolean =>
  version !== undefined && version !== "" && version !== "0";

function checkFinalizers(resource: Resource, own: ObjectMetadata, wanted: ObjectMetadata): void {
  const added = (wanted.finalizers ?? []).filter((one) => !own.finalizers?.includes(one));
  if (own.deletionTimestamp === undefined || added.length === 0) return;
  const found = added.map((one) => JSON.stringify(one)).join(", ");
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${found}}`;
  throw invalid(resource, own.name, [forbiddenField("metadata.finalizers", why)]);
}

function checkRoleRef(resource: Resource, before: KubeObject, wanted: KubeObject): void {
  if (!resource.fields.includes("roleRef")) return;
  const [was, is] = [before as RoleBinding, wanted as RoleBinding].map(({ roleRef }) => roleRef);
  if (was?.kind === is?.kind && was?.name === is?.name) return;
  throw invalid(resource, before.metadata.name, [bad("roleRef", is, "cannot change roleRef")]);
}
