/** Modals and homes: made from what the app sends, stacked per person, three deep at most. */
import { SlackRefusal } from "./errors.ts";
import { withIds } from "./messages.ts";
import type { Block, JsonObject, View } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export const deepestStack = 3;

export const stackOf = (workspace: Workspace, user: string): View[] => workspace.modals.get(user) ?? [];

export function findView(workspace: Workspace, id: string): { user: string; view: View } | undefined {
  const stacks = [...workspace.modals].flatMap(([user, views]) => views.map((view) => ({ user, view })));
  const homes = [...workspace.homes].map(([user, view]) => ({ user, view }));
  return [...stacks, ...homes].find(({ view }) => view.id === id);
}

export function makeView(workspace: Workspace, sent: JsonObject, previous?: View): View {
  const id = workspace.nextId("V");
  return {
    ...filled(workspace, sent),
    id,
    root_view_id: previous?.root_view_id ?? id,
    previous_view_id: previous?.id ?? null,
  };
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
    external_id: String(sent.external_id ?? ""),
    private_metadata: String(sent.private_metadata ?? ""),
    hash: workspace.nextId(`${Math.floor(workspace.clock.now() / 1000)}.`),
    blocks,
    state: { values: {} },
  };
}

export function openModal(workspace: Workspace, user: string, sent: JsonObject): View {
  checkExternalId(workspace, sent);
  const view = makeView(workspace, sent);
  workspace.modals.set(user, [view]);
  workspace.changes.emit({ kind: "view_opened", user, view });
  return view;
}

export function pushModal(workspace: Workspace, user: string, sent: JsonObject): View {
  const stack = stackOf(workspace, user);
  const top = stack.at(-1);
  if (!top) throw new SlackRefusal("not_found");
  if (stack.length >= deepestStack) throw new SlackRefusal("push_limit_reached");
  checkExternalId(workspace, sent);
  const view = makeView(workspace, sent, top);
  workspace.modals.set(user, [...stack, view]);
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

export function closeModals(workspace: Workspace, user: string, closing: View[]): void {
  const left = stackOf(workspace, user).filter((view) => !closing.includes(view));
  workspace.modals.set(user, left);
  for (const view of closing) workspace.changes.emit({ kind: "view_closed", user, view });
}

function checkExternalId(workspace: Workspace, sent: JsonObject): void {
  if (!sent.external_id) return;
  const taken = [...workspace.modals.values()].flat().some((view) => view.external_id === sent.external_id);
  if (taken) throw new SlackRefusal("duplicate_external_id");
}
