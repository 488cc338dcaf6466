/** One request to one resource, allowed already: read, written or refused as the API server would. */
import {
  type Case,
  type CaseAnswer,
  type HubState,
  type SentObject,
  sentObject,
  served,
  standingObject,
} from "./case.ts";
import { notSupported } from "./causes.ts";
import { listText } from "./list.ts";
import type { RequestTarget } from "./request.ts";
import { serviceAccounts } from "./resources.ts";
import { invalid, notAllowed, notServed } from "./status.ts";
import { answerTokenRequest } from "./token-request.ts";
import { create, eraseAll, patch, remove, updateObject } from "./write.ts";

const verbs: Record<string, (world: HubState, found: Case) => CaseAnswer> = {
  get: (world, found) => ({ status: 200, body: standingObject(world, found) }),
  list: ({ store }, { resource, target, ask }) => ({
    status: 200,
    body: listText(store, resource, target.namespace, ask.query),
  }),
  create,
  patch,
  update: updateObject,
  delete: remove,
  deletecollection: eraseAll,
};
const NAMELESS = ["create", "list", "deletecollection"];

export function answerResource(world: HubState, sent: SentObject, target: RequestTarget): CaseAnswer {
  const resource = served(target);
  const found: Case = { ...sent, resource, target, dry: isDry(sent.ask) };
  if (target.subresource !== undefined) return answerSubresource(world, found);
  const { verb } = sent.ask;
  const answer = resource.verbs.includes(verb) ? verbs[verb] : undefined;
  const misplaced = NAMELESS.includes(verb) === (target.name !== undefined);
  if (!answer || misplaced) throw notAllowed();
  return answer(world, found);
}

const OPTIONS: Record<string, string> = {
  create: "CreateOptions",
  update: "UpdateOptions",
  patch: "PatchOptions",
};

function isDry({ verb, query }: SentObject["ask"]): boolean {
  const asked = query.getAll("dryRun");
  const kind = OPTIONS[verb];
  if (kind && asked.some((one) => one !== "All"))
    throw invalid({ group: "meta.k8s.io", kind }, "", [notSupported("dryRun", asked, ["All"])]);
  return asked.includes("All");
}

function answerSubresource(world: HubState, found: Case): CaseAnswer {
  const { resource, target, ask } = found;
  if (resource !== serviceAccounts || target.subresource !== "token") throw notServed();
  if (ask.verb !== "create") throw notAllowed();
  return { status: 201, ...answerTokenRequest(world, standingObject(world, found), sentObject(found)) };
}
