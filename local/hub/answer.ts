/** One request to one resource, allowed already: read, written or refused as the API server would. */
import { admit, droppedFields, type Json, parseBody } from "./admit.ts";
import type { Authorizer, User } from "./authorize.ts";
import { erase, parseErasure } from "./erase.ts";
import { checkEscalation } from "./escalate.ts";
import type { Keys } from "./keys.ts";
import { listText } from "./list.ts";
import { applyPatch } from "./patch.ts";
import type { Ask, Target } from "./request.ts";
import { findResource, type Resource, serviceAccounts } from "./resources.ts";
import { parseSelector } from "./selector.ts";
import { alreadyExists, notAllowed, notFound, notServed, unsupported } from "./status.ts";
import type { Store } from "./store.ts";
import { answerTokenRequest } from "./token-request.ts";
import type { KubeObject } from "./types.ts";
import { keep, updated } from "./update.ts";

export interface World {
  store: Store;
  authorizer: Authorizer;
  keys: Keys;
  maxSeconds: number;
  now: number;
}

export interface Sent {
  ask: Ask;
  user: User;
  text: string;
  type: string;
}

export interface Answer {
  status: number;
  body: object | string;
  warnings?: string[];
}

/** What is asked, found in the table of what is served. */
interface Case extends Sent {
  resource: Resource;
  target: Target;
  dry: boolean;
}

export function answerResource(world: World, sent: Sent, target: Target): Answer {
  const resource = served(target);
  const found: Case = { ...sent, resource, target, dry: sent.ask.query.getAll("dryRun").includes("All") };
  if (target.subresource !== undefined) return answerSubresource(world, found);
  const verb = verbs[sent.ask.verb];
  const named = !["create", "list", "deletecollection"].includes(sent.ask.verb);
  if (!verb || !resource.verbs.includes(sent.ask.verb) || named !== (target.name !== undefined))
    throw notAllowed();
  return verb(world, found);
}

export function served(target: Target): Resource {
  const resource = findResource(target.group, target.version, target.plural);
  if (!resource) throw notServed();
  // Namespaced objects have no place outside a namespace, except in a list of them all.
  if (resource.namespaced && target.namespace === undefined && target.name !== undefined) throw notServed();
  return resource;
}

const verbs: Record<string, (world: World, found: Case) => Answer> = {
  get: (world, found) => ({ status: 200, body: standing(world, found) }),
  list: ({ store }, { resource, target, ask }) => ({
    status: 200,
    body: listText(store, resource, target.namespace, ask.query),
  }),
  create: (world, found) => {
    const { resource, target, user, dry } = found;
    if (resource.namespaced && target.namespace === undefined) throw notAllowed();
    const body = sentObject(found);
    const object = admit(resource, body, target.namespace, world.now);
    checkEscalation(world.authorizer, user, resource, object);
    const { name, namespace } = object.metadata;
    const there = world.store.get(resource, namespace, name);
    if (there) throw alreadyExists(resource, name, there.metadata.deletionTimestamp !== undefined);
    const warnings = droppedFields(resource, body).map((field) => `unknown field "${field}"`);
    return { status: 201, body: dry ? object : world.store.put(resource, object), warnings };
  },
  patch: (world, found) => {
    const before = standing(world, found);
    const patched = applyPatch(found.type, before, found.text);
    return replace(world, found, before, patched);
  },
  update: (world, found) => replace(world, found, standing(world, found), sentObject(found)),
  deletecollection: eraseAll,
  delete: ({ store, now }, found) => {
    const { resource, ask, text, dry } = found;
    const object = standing({ store }, found);
    const erasure = parseErasure(text ? parseBody(text, "DeleteOptions") : {}, ask.query);
    const gone = dry ? object : erase(store, resource, object, erasure, now);
    const stands = store.get(resource, gone.metadata.namespace, gone.metadata.name) !== undefined;
    const whole = resource.deleteAnswers === "object" || (stands && !dry);
    return { status: 200, body: whole ? gone : deleted(resource, gone) };
  },
};

/** Each in turn, as the real server does: no transaction spans a collection. */
function eraseAll({ store, now }: World, { resource, target, ask, text }: Case): Answer {
  const erasure = parseErasure(text ? parseBody(text, "DeleteOptions") : {}, ask.query);
  const selector = parseSelector(ask.query.get("labelSelector"), ask.query.get("fieldSelector"));
  const body = listText(store, resource, target.namespace, ask.query);
  const found = store.list(resource, target.namespace, selector.label).filter(selector.matches);
  for (const object of found) erase(store, resource, object, erasure, now);
  return { status: 200, body };
}

function standing({ store }: Pick<World, "store">, { resource, target }: Case): KubeObject {
  const { name = "", namespace } = target;
  const object = store.get(resource, resource.namespaced ? namespace : undefined, name);
  if (!object) throw notFound(resource, name);
  return object;
}

function sentObject({ type, text, resource }: Case): Json {
  if (text && !/^application\/json\b/.test(type)) {
    throw unsupported(
      "the body of the request was in an unknown format - accepted media types include: application/json",
    );
  }
  return parseBody(text, resource.kind);
}

function replace({ store, authorizer }: World, found: Case, before: KubeObject, wanted: Json): Answer {
  const { resource, user, dry } = found;
  const after = updated(resource, before, wanted);
  checkEscalation(authorizer, user, resource, after);
  return { status: 200, body: dry ? after : keep(store, resource, before, after) };
}

function answerSubresource(world: World, found: Case): Answer {
  const { resource, target, ask } = found;
  if (resource !== serviceAccounts || target.subresource !== "token") throw notServed();
  if (ask.verb !== "create") throw notAllowed();
  return { status: 201, ...answerTokenRequest(world, standing(world, found), sentObject(found)) };
}

function deleted({ plural, group }: Resource, { metadata }: KubeObject) {
  const details = { name: metadata.name, ...(group && { group }), kind: plural, uid: metadata.uid };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}
