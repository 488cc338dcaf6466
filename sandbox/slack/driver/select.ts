/** A person chooses in a select, ticks a box, picks from an overflow menu. */
import { CannotDo } from "../errors.ts";
import { actorOf } from "../places.ts";
import type { JsonObject } from "../types.ts";
import { act, type ClickResult, type Context, unsent } from "./click.ts";
import { type Choice, chosen, currentState } from "./form.ts";
import { findElement, surfaceOf, type What, type Where } from "./surface.ts";

/**
 * Inside an input block nothing is sent until the form is, unless the block says dispatch_action. What asks for a
 * confirmation is sent with `confirm: true` alone.
 */
export async function select(
  context: Context,
  user: string,
  where: Where,
  what: What,
  choice: Choice,
  options: { confirm?: boolean } = {},
): Promise<ClickResult | undefined> {
  actorOf(context.workspace, user);
  const surface = surfaceOf(context.workspace, user, where);
  const { block, element } = findElement(surface, what);
  if (element.type === "button") throw new CannotDo(`${element.action_id} is a button: use click.`);
  const state = chosen(element, choice);
  const isSent = block.type !== "input" || block.dispatch_action === true;
  const asked = element.confirm as JsonObject | undefined;
  if (isSent && asked && !options.confirm) return unsent(asked);
  const action_id = String(element.action_id);
  const block_id = String(block.block_id);
  if (surface.kind === "view") {
    const { at } = surface;
    at.state.values = currentState(at.blocks, { ...at.state.values, [block_id]: { [action_id]: state } });
    context.workspace.changes.emit({ kind: "view_updated", user, view: at });
  }
  if (!isSent) return undefined;
  const action = { ...state, action_id, block_id, action_ts: context.workspace.nextTs() };
  return act(context, user, surface, action, asked);
}
