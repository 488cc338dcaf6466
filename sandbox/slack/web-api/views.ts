/** views.open, .update and .publish. */
import { optionalArg, requiredArg, structured } from "../args.ts";
import { checkView } from "../blocks/check.ts";
import { SlackRefusal } from "../errors.ts";
import { exchangeTrigger } from "../triggers.ts";
import type { JsonObject, View } from "../types.ts";
import { findView, makeView, openModal, replaceView } from "../views.ts";
import type { Workspace } from "../workspace.ts";
import { type Method, noScopes } from "./method.ts";

const sentView = (args: JsonObject, type: View["type"]): JsonObject =>
  checkView(structured(args, "view", "invalid_arguments"), type);

function open(workspace: Workspace, args: JsonObject): JsonObject {
  const view = sentView(args, "modal");
  return { view: openModal(workspace, exchangeTrigger(workspace, requiredArg(args, "trigger_id")), view) };
}

function update(workspace: Workspace, args: JsonObject): JsonObject {
  const id = requiredArg(args, "view_id");
  const found = findView(workspace, id);
  if (!found) throw new SlackRefusal("not_found");
  const view = sentView(args, found.view.type);
  checkHash(args, found.view);
  return { view: replaceView(workspace, found.user, found.view, view) };
}

function publish(workspace: Workspace, args: JsonObject): JsonObject {
  const user = requiredArg(args, "user_id");
  if (!workspace.people.has(user)) throw new SlackRefusal("user_not_found");
  const sent = sentView(args, "home");
  const shown = workspace.homes.get(user);
  checkHash(args, shown);
  const view = shown ? { ...makeView(workspace, sent), id: shown.id } : makeView(workspace, sent);
  workspace.homes.set(user, view);
  workspace.changes.emit({ kind: "home", user, view });
  return { view };
}

function checkHash(args: JsonObject, view: View | undefined): void {
  const hash = optionalArg(args, "hash");
  if (hash !== undefined && hash !== view?.hash) throw new SlackRefusal("hash_conflict");
}

export const viewMethods = {
  "views.open": { scopes: noScopes, run: open },
  "views.update": { scopes: noScopes, run: update },
  "views.publish": { scopes: noScopes, run: publish },
} satisfies Record<string, Method>;
