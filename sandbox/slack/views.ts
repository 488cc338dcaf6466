/** Modals and homes, made from what the app sends. */
import { withIds } from "./messages.ts";
import type { Block, JsonObject, View } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export function findView(workspace: Workspace, id: string): { user: string; view: View } | undefined {
  for (const [user, view] of [...workspace.modals, ...workspace.homes])
    if (view.id === id) return { user, view };
  return undefined;
}

export function makeView(workspace: Workspace, sent: JsonObject): View {
  const id = workspace.nextId("V");
  return { ...filled(workspace, sent), id, root_view_id: id, previous_view_id: null };
}

function filled(workspace: Workspace, sent: JsonObject) {
  const { bot } = workspace;
  const blocks = withIds(workspace, (sent.blocks ?? []) as Block[]);
  return {
    ...sent,
    team_id: bot.teamId,
    app_id: bot.appId,
    bot_id: bot.botId,
    type: sent.type as View["type"],
    callback_id: String(sent.callback_id ?? ""),
    external_id: "",
    private_metadata: String(sent.private_metadata ?? ""),
    hash: workspace.nextId(`${Math.floor(workspace.clock.now() / 1000)}.`),
    blocks,
    state: { values: {} },
  };
}

export function openModal(workspace: Workspace, user: string, sent: JsonObject): View {
  const view = makeView(workspace, sent);
  workspace.modals.set(user, view);
  workspace.changes.emit({ kind: "view_opened", user, view });
  return view;
}

/** What was typed stays when the input keeps its block_id and action_id. */
export function replaceView(workspace: Workspace, user: string, view: View, sent: JsonObject): View {
  const typed = view.state.values;
  const { id, root_view_id, previous_view_id } = view;
  for (const key of Object.keys(view)) delete view[key];
  Object.assign(view, filled(workspace, sent), { id, root_view_id, previous_view_id });
  const kept = view.blocks.map((block) => String(block.block_id)).filter((id) => id in typed);
  view.state.values = Object.fromEntries(kept.map((id) => [id, typed[id] ?? {}]));
  workspace.changes.emit({ kind: "view_updated", user, view });
  return view;
}

export function closeModal(workspace: Workspace, user: string, view: View): void {
  workspace.modals.delete(user);
  workspace.changes.emit({ kind: "view_closed", user, view });
}
