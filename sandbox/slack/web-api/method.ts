/** One Web API method: the scopes it asks for, any one of which is enough, and what it does. */
import { SlackRefusal } from "../errors.ts";
import type { JsonObject } from "../types.ts";
import type { Workspace } from "../workspace.ts";

export interface Method {
  /** Which kind of token it takes; a bot token unless said otherwise. */
  token?: "app";
  scopes: (workspace: Workspace, args: JsonObject) => string[];
  run: (workspace: Workspace, args: JsonObject) => JsonObject;
}

export const noScopes = (): string[] => [];
export const scope =
  (...names: string[]) =>
  (): string[] =>
    names;

export function checkScopes(workspace: Workspace, needed: string[]): void {
  const provided = workspace.settings.scopes;
  if (needed.length === 0 || needed.some((name) => provided.includes(name))) return;
  throw new SlackRefusal("missing_scope", { needed: needed.join(","), provided: provided.join(",") });
}
