/** What changes objects: create, update, patch, delete; checked in the order of the API server. */
import { admit, droppedFields, type Json, parseBody, shape } from "./admit.ts";
import { assertAllowed } from "./authorize.ts";
import { type Case, type CaseAnswer, type HubState, sentObject, standingObject } from "./case.ts";
import { erase, parseErasure } from "./erase.ts";
import { checkEscalation } from "./escalate.ts";
import { listText } from "./list.ts";
import { APPLY, appliedText, applyPatch } from "./patch.ts";
import { RBAC_GROUP, type Resource } from "./resources.ts";
import { parseSelector } from "./selector.ts";
import { alreadyExists, notAllowed, notFoundStatus, versionOfNew } from "./status.ts";
import type { KubeObject } from "./types.ts";
import { checkPlace, checkUid, isVersion, keep, updated } from "./update.ts";

export function create(world: HubState, found: Case): CaseAnswer {
  const { resource, target } = found;
  if (resource.namespaced && target.namespace === undefined) throw notAllowed();
  return make(world, found, sentObject(found));
}

function make({ store, authorizer, now }: HubState, found: Case, body: Json): CaseAnswer {
  const { resource, target, user, dry } = found;
  const object = admit(resource, body, target.namespace, now);
  checkEscalation(authorizer, user, resource, object);
  const { name, namespace } = object.metadata;
  const there = store.get(resource, namespace, name);
  if (isVersion(object.metadata.resourceVersion)) throw versionOfNew();
  if (there) throw alreadyExists(resource, name, there.metadata.deletionTimestamp !== undefined);
  const warnings = droppedFields(resource, body).map((field) => `unknown field "${field}"`);
  return { status: 201, body: dry ? object : store.put(resource, object), warnings };
}

/** An apply is an update here, as that of an object's only owner is. */
export function patch(world: HubState, found: Case): CaseAnswer {
  if (found.type === APPLY)
    return updateObject(world, { ...found, type: "application/json", text: appliedText(found.text) });
  const before = standingObject(world, found);
  return replace(world, found, before, applyPatch(found.type, before, found.text));
}

/** What is not there is made, of RBAC's kinds, by whoever may make it too; never under a uid that was there before. */
export function updateObject(world: HubState, found: Case): CaseAnswer {
  const { resource, target, user, ask } = found;
  const { name = "" } = target;
  const namespace = resource.namespaced ? target.namespace : undefined;
  const before = world.store.get(resource, namespace, name);
  if (!before && resource.group !== RBAC_GROUP) throw notFoundStatus(resource, name);
  const body = sentObject(found);
  const { resourceVersion: _, ...wanted } = shape(resource, body).metadata;
  checkPlace({ name, namespace }, wanted);
  checkUid(resource, name, wanted.uid, before?.metadata.uid);
  if (before) return replace(world, found, before, body);
  assertAllowed(world.authorizer, user, { ...ask, verb: "create" });
  return make(world, found, { ...body, metadata: wanted });
}

function replace({ store, authorizer }: HubState, found: Case, before: KubeObject, wanted: Json): CaseAnswer {
  const { resource, user, dry } = found;
  const after = updated(resource, before, wanted);
  checkEscalation(authorizer, user, resource, after);
  return { status: 200, body: dry ? after : keep(store, resource, before, after) };
}

export function remove(world: HubState, found: Case): CaseAnswer {
  const { resource, ask, text } = found;
  const object = standingObject(world, found);
  const options = text ? parseBody(text, "DeleteOptions") : {};
  const erasure = parseErasure(options, ask.query);
  // A body takes the place of the query.
  const dry = text ? Array.isArray(options.dryRun) && options.dryRun.includes("All") : found.dry;
  const gone = dry ? object : erase(world.store, resource, object, erasure, world.now);
  const stands = world.store.get(resource, gone.metadata.namespace, gone.metadata.name) !== undefined;
  const whole = resource.deleteAnswers === "object" || (stands && !dry);
  return { status: 200, body: whole ? gone : deleted(resource, gone) };
}

/** Each in turn, as the real server does: no transaction spans a collection. */
export function eraseAll({ store, now }: HubState, { resource, target, ask, text }: Case): CaseAnswer {
  const erasure = parseErasure(text ? parseBody(text, "DeleteOptions") : {}, ask.query);
  const selector = parseSelector(ask.query.get("labelSelector"), ask.query.get("fieldSelector"));
  const body = listText(store, resource, target.namespace, ask.query);
  const found = store.list(resource, target.namespace, selector.label).filter(selector.matches);
  for (const object of found) erase(store, resource, object, erasure, now);
  return { status: 200, body };
}

function deleted({ plural, group }: Resource, { metadata }: KubeObject) {
  const details = { name: metadata.name, ...(group && { group }), kind: plural, uid: metadata.uid };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}
