/** A request to a resource, with what it needs to be answered: the object it is about, the one it sent. */
import { type Json, parseBody } from "./admit.ts";
import type { Authorizer, HubUser } from "./authorize.ts";
import type { HubKeys } from "./keys.ts";
import type { Ask, RequestTarget } from "./request.ts";
import type { Resource } from "./resources.ts";
import { notFound, unsupported } from "./status.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject } from "./types.ts";

export interface HubState {
  store: ObjectStore;
  authorizer: Authorizer;
  keys: HubKeys;
  now: number;
  /** Each page of a list says that another follows. */
  endless: boolean;
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
  /** Unless it is JSON, or plain text. */
  type?: string;
  /** Not the hub says so, but a proxy before it. */
  proxied?: true;
}

/** What is asked, found in the table of what is served. */
export interface Case extends SentObject {
  resource: Resource;
  target: RequestTarget;
  isDry: boolean;
}

export function existingObject({ store }: Pick<HubState, "store">, { resource, target }: Case): KubeObject {
  const { namespace, name = "" } = target;
  const object = store.get(resource, resource.namespaced ? namespace : undefined, name);
  if (!object) throw notFound(resource, name);
  return object;
}

export function sentObject({ type, text, resource }: Case): Json {
  if (text && !/^application\/json\b/.test(type))
    throw unsupported("the body of the request was in an unknown format");
  return parseBody(text, resource.kind);
}
