/** What changes objects: create, update, merge patch, delete; checked in the order of the API server. */
import { isDeepStrictEqual } from "node:util";
import { admit, isRecord, type Json, parseBody, shape, validate } from "./admit.ts";
import { type Case, type CaseAnswer, existingObject, type HubState, sentObject } from "./case.ts";
import { checkEscalation } from "./escalate.ts";
import type { Resource } from "./resources.ts";
import { alreadyExists, badRequest, conflict, invalid, notAllowed, unsupported } from "./status.ts";
import type { KubeObject, RoleBinding } from "./types.ts";

export function create({ store, authorizer, now }: HubState, found: Case): CaseAnswer {
  const { resource, target, user, isDry } = found;
  if (resource.namespaced && target.namespace === undefined) throw notAllowed();
  const object = admit(resource, sentObject(found), target.namespace, now);
  checkEscalation(authorizer, user, resource, object);
  const { name, namespace } = object.metadata;
  if (store.get(resource, namespace, name)) throw alreadyExists(resource, name);
  return { status: 201, body: isDry ? object : store.put(resource, object) };
}

export function patch(state: HubState, found: Case): CaseAnswer {
  const before = existingObject(state, found);
  if (found.type !== "application/merge-patch+json") throw unsupported("415: Unsupported Media Type");
  return replace(state, found, before, merge(before, parseBody(found.text, found.resource.kind)));
}

function merge(target: Json, changes: Json): Json {
  const merged = { ...target };
  for (const [key, value] of Object.entries(changes)) {
    const before = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isRecord(value) ? merge(isRecord(before) ? before : {}, value) : value;
  }
  return merged;
}

export function update(state: HubState, found: Case): CaseAnswer {
  return replace(state, found, existingObject(state, found), sentObject(found));
}

function replace(
  { store, authorizer }: HubState,
  { resource, user, isDry }: Case,
  before: KubeObject,
  wanted: Json,
): CaseAnswer {
  const object = shape(resource, wanted);
  checkUnchanged(resource, before, object);
  const { labels, annotations } = object.metadata;
  const { labels: _, annotations: __, ...identity } = before.metadata;
  const metadata = { ...identity, ...(labels && { labels }), ...(annotations && { annotations }) };
  const after = { ...object, metadata };
  validate(resource, after);
  checkEscalation(authorizer, user, resource, after);
  const isSame = isDeepStrictEqual(before, after);
  return { status: 200, body: isDry || isSame ? after : store.put(resource, after) };
}

/** Name, uid and role stay as they are, and the version that was read must be the newest. */
function checkUnchanged(resource: Resource, before: KubeObject, wanted: KubeObject): void {
  const { name, uid, resourceVersion } = before.metadata;
  const sent = wanted.metadata;
  if (sent.name !== name)
    throw badRequest(`the name of the object (${sent.name}) does not match the name on the URL (${name})`);
  if (sent.uid !== undefined && sent.uid !== uid)
    throw invalid(resource, name, "metadata.uid: field is immutable");
  if (sent.resourceVersion && sent.resourceVersion !== resourceVersion)
    throw conflict(
      ...([resource, name] as const),
      "the object has been modified; please apply your changes to the latest version and try again",
    );
  const [was, is] = [before as RoleBinding, wanted as RoleBinding].map(({ roleRef }) => roleRef);
  if (was?.kind !== is?.kind || was?.name !== is?.name)
    throw invalid(resource, name, "roleRef: cannot change roleRef");
}

/** At once, whatever the propagation policy: the bot names the one that a hub without controllers can carry out. */
export function remove(state: HubState, found: Case): CaseAnswer {
  const { resource, text } = found;
  const object = existingObject(state, found);
  const { name, uid } = object.metadata;
  const options = text ? parseBody(text, "DeleteOptions") : {};
  const wanted = isRecord(options.preconditions) ? options.preconditions.uid : undefined;
  if (wanted !== undefined && wanted !== uid)
    throw conflict(resource, name, `the UID in the precondition (${wanted}) does not match the UID (${uid})`);
  const gone = found.isDry ? object : state.store.remove(resource, object);
  if (resource.deleteAnswers === "object") return { status: 200, body: gone };
  const details = { name, group: resource.group, kind: resource.plural, uid };
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" };
  return { status: 200, body: { ...status, details } };
}
