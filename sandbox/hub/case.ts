/** A request to a resource, with what it needs to be answered: the object it is about, the one it sent. */
import { type Json, parseBody } from "./admit.ts";
import type { Authorizer, User } from "./authorize.ts";
import type { Keys } from "./keys.ts";
import type { Ask, Target } from "./request.ts";
import { findResource, type Resource } from "./resources.ts";
import { notFound, notServed, unsupported } from "./status.ts";
import type { Store } from "./store.ts";
import type { KubeObject } from "./types.ts";

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
  /** Not the hub says so, but what stands before it. */
  proxied?: true;
}

/** What is asked, found in the table of what is served. */
export interface Case extends Sent {
  resource: Resource;
  target: Target;
  dry: boolean;
}

export function served(target: Target): Resource {
  const resource = findResource(target.group, target.version, target.plural);
  if (!resource) throw notServed();
  // Namespaced objects have no place outside a namespace, except in a list of them all.
  if (resource.namespaced && target.namespace === undefined && target.name !== undefined) throw notServed();
  return resource;
}

export function standing({ store }: Pick<World, "store">, { resource, target }: Case): KubeObject {
  const { name = "", namespace } = target;
  const object = store.get(resource, resource.namespaced ? namespace : undefined, name);
  if (!object) throw notFound(resource, name);
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
