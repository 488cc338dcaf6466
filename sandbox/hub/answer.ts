/** One request to one resource, allowed already: read, written or refused as the API server would. */
import {
  type Case,
  type CaseAnswer,
  existingObject,
  type HubState,
  type SentObject,
  sentObject,
} from "./case.ts";
import { listText } from "./list.ts";
import type { RequestTarget } from "./request.ts";
import { findResource, serviceAccounts } from "./resources.ts";
import { notAllowed, notServed } from "./status.ts";
import { answerTokenRequest } from "./tokens.ts";
import { create, patch, remove, update } from "./write.ts";

const VERBS: Record<string, (state: HubState, found: Case) => CaseAnswer> = {
  get: (state, found) => ({ status: 200, body: existingObject(state, found) }),
  list: ({ store, endless }, { resource, target, ask }) => ({
    status: 200,
    body: listText(store, { resource, namespace: target.namespace, query: ask.query, endless }),
  }),
  ...{ create, patch, update, delete: remove },
};
const NAMELESS = ["create", "list"];

export function answerResource(state: HubState, sent: SentObject, target: RequestTarget): CaseAnswer {
  const resource = findResource(target.group, target.version, target.plural);
  if (!resource) throw notServed();
  const found: Case = { ...sent, resource, target, isDry: sent.ask.query.get("dryRun") === "All" };
  const { verb } = sent.ask;
  if (target.subresource !== undefined) {
    if (resource !== serviceAccounts || target.subresource !== "token") throw notServed();
    if (verb !== "create") throw notAllowed();
    const body = answerTokenRequest(state, existingObject(state, found), sentObject(found));
    return { status: 201, body };
  }
  const answer = VERBS[verb];
  if (!answer || NAMELESS.includes(verb) === (target.name !== undefined)) throw notAllowed();
  return answer(state, found);
}
