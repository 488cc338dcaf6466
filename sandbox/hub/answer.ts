/** One request to one resource, allowed already: read, written or refused as the API server would. */
import { type Answer, type Case, type Sent, sentObject, served, standing, type World } from "./case.ts";
import { listText } from "./list.ts";
import type { Target } from "./request.ts";
import { serviceAccounts } from "./resources.ts";
import { notAllowed, notServed } from "./status.ts";
import { answerTokenRequest } from "./token-request.ts";
import { create, eraseAll, patch, remove, update } from "./write.ts";

const verbs: Record<string, (world: World, found: Case) => Answer> = {
  get: (world, found) => ({ status: 200, body: standing(world, found) }),
  list: ({ store }, { resource, target, ask }) => ({
    status: 200,
    body: listText(store, resource, target.namespace, ask.query),
  }),
  create,
  patch,
  update,
  delete: remove,
  deletecollection: eraseAll,
};
const NAMELESS = ["create", "list", "deletecollection"];

export function answerResource(world: World, sent: Sent, target: Target): Answer {
  const resource = served(target);
  const found: Case = { ...sent, resource, target, dry: sent.ask.query.getAll("dryRun").includes("All") };
  if (target.subresource !== undefined) return answerSubresource(world, found);
  const { verb } = sent.ask;
  const answer = resource.verbs.includes(verb) ? verbs[verb] : undefined;
  const misplaced = NAMELESS.includes(verb) === (target.name !== undefined);
  if (!answer || misplaced) throw notAllowed();
  return answer(world, found);
}

function answerSubresource(world: World, found: Case): Answer {
  const { resource, target, ask } = found;
  if (resource !== serviceAccounts || target.subresource !== "token") throw notServed();
  if (ask.verb !== "create") throw notAllowed();
  return { status: 201, ...answerTokenRequest(world, standing(world, found), sentObject(found)) };
}
