/** What a person is looking at when they click: a message, an ephemeral of their own, a modal, the home. */
import { CannotDo } from "../errors.ts";
import { findEphemeral, findMessage } from "../messages.ts";
import { canSee } from "../places.ts";
import { type Actionable, actionables, labelOf } from "../read.ts";
import type { Block, Ephemeral, SlackMessage, View } from "../types.ts";
import type { Workspace } from "../workspace.ts";

export type Where = { channel: string; ts: string } | { view: string } | { home: true };

export type Surface =
  | { kind: "message"; at: SlackMessage; blocks: Block[] }
  | { kind: "ephemeral"; at: Ephemeral; blocks: Block[] }
  | { kind: "view"; at: View; blocks: Block[] };

export function surfaceOf(workspace: Workspace, user: string, where: Where): Surface {
  if ("channel" in where) return sentSurface(workspace, user, where);
  const view = "home" in where ? workspace.homes.get(user) : workspace.modals.get(user);
  if (!view || ("view" in where && view.id !== where.view))
    throw new CannotDo(`${user} has no such view open.`);
  return { kind: "view", at: view, blocks: view.blocks };
}

function sentSurface(
  workspace: Workspace,
  user: string,
  { channel, ts }: { channel: string; ts: string },
): Surface {
  const message = findMessage(workspace, channel, ts);
  if (message && canSee(workspace, user, channel))
    return { kind: "message", at: message, blocks: message.blocks ?? [] };
  const ephemeral = findEphemeral(workspace, channel, ts);
  if (ephemeral?.user === user) return { kind: "ephemeral", at: ephemeral, blocks: ephemeral.blocks ?? [] };
  throw new CannotDo(`${user} sees no message ${ts} in ${channel}.`);
}

/** An action_id, a block_id where only one element is in it, the words on the button, or an action_id with the value it must carry. */
export type What = string | { actionId: string; value: string };

export function findElement(surface: Surface, what: What): Actionable {
  const all = actionables(surface.blocks);
  const found = all.filter((one) => matches(one, what));
  const [first, second] = found;
  if (!first)
    throw new CannotDo(
      `Nothing here is ${JSON.stringify(what)}; there is: ${all.map(name).join(", ") || "nothing"}.`,
    );
  if (second) throw new CannotDo(`More than one element here is ${JSON.stringify(what)}.`);
  return first;
}

function matches({ block, element }: Actionable, what: What): boolean {
  if (typeof what === "string") return [element.action_id, block.block_id, labelOf(element)].includes(what);
  return element.action_id === what.actionId && element.value === what.value;
}

const name = ({ element }: Actionable): string => `${element.action_id} "${labelOf(element)}"`;
