/** A request to a resource, with what it needs to be answered: the object it is about, the one it sent. */
import { type Json, parseBody } from "./admit.ts";
import type { Authorizer, HubUser } from "./authorize.ts";
import type { HubKeys } from "./keys.ts";
import type { Ask, RequestTarget } from "./request.ts";
import { findResource, type Resource } from "./resources.ts";
import { notFoundStatus, notServed, unsupported } from "./status.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject } from "./types.ts";

export interface HubState {
  store: ObjectStore;
  authorizer: Authorizer;
  keys: HubKeys;
  maxSeconds: number;
  now: number;
}

export interface SentObject {
  ask: Ask;
  user: HubUser;
  text: string;
  type: string;
}

export interface CaseAnswer {
  status: number;
  body: object | string;
  warnings?: string[];
  /** Not the hub says so, but what stands before it. */
  proxied?: true;
}

/** What is asked, found in the table of what is served. */
export interface Case extends SentObject {
  resource: Resource;
  target: RequestTarget;
  dry: boolean;
}

export function served(target: RequestTarget): Resource {
  const resource = findResource(target.group, target.version, target.plural);
  if (!resource) throw notServed();
  // Namespaced objects have no place outside a namespace, except in a list of them all.
  if (resource.namespaced && target.namespace === undefined && target.name !== undefined) throw notServed();
  return resource;
}

export function standingObject({ store }: Pick<HubState, "store">, { resource, target }: Case): KubeObject {
  const { name = "", namespace } = target;
  const object = store.get(resource, resource.namespaced ? namespace : undefined, name);
  if (!object) throw notFoundStatus(resource, name);
  return object;
}

export function sentObject({ type, text, resource }: Case): Json {
  if (text && !/^application\/json\b/.test(type)) {
    throw unsupported(
      "the body of the request was in an unknown format - accepted media types include: application/json",
    );
  }
  return parseBody(text, resource.kind);
}
