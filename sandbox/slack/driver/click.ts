/** A person clicks a button the bot really sent, accepting its confirmation if it has one. */
import type { Deliver } from "../delivery.ts";
import { CannotDo } from "../errors.ts";
import { actorOf, conversationOf } from "../places.ts";
import { newResponseUrl, newTrigger } from "../triggers.ts";
import type { JsonObject } from "../types.ts";
import { wire } from "../web-api/chat.ts";
import type { Workspace } from "../workspace.ts";
import { type Choice, chosen, currentState, keep } from "./form.ts";
import { type DeliveredPayload, interactionBase, wireView } from "./payload.ts";
import { findElement, type Surface, surfaceOf, type What, type Where } from "./surface.ts";
import { trouble } from "./trouble.ts";

export interface ClickResult extends DeliveredPayload {
  /** False while the confirmation was only shown. */
  sent: boolean;
  /** The confirmation dialog the person saw. */
  asked?: JsonObject;
  triggerId: string;
}

export interface Context {
  workspace: Workspace;
  deliver: Deliver;
  origin: string;
}

/** `confirm: true` accepts the dialog, and fails when the button has none; without it nothing is sent. */
export async function click(
  context: Context,
  user: string,
  where: Where,
  what: What,
  options: { confirm?: boolean } = {},
): Promise<ClickResult> {
  actorOf(context.workspace, user);
  const surface = surfaceOf(context.workspace, user, where);
  const { block, element } = findElement(surface, what);
  if (element.type !== "button") throw new CannotDo(`${element.action_id} is no button.`);
  const asked = element.confirm as JsonObject | undefined;
  if (options.confirm && !asked) throw new CannotDo(`${element.action_id} asks for no confirmation.`);
  if (asked && !options.confirm) return unsent(asked);
  const { type, action_id, text, value, style, url } = element;
  const action = {
    type,
    action_id,
    block_id: block.block_id,
    text,
    value,
    style,
    url,
    action_ts: context.workspace.nextTs(),
  };
  return act(context, user, surface, action, asked);
}

/**
 * Writes or chooses in an input, a select, checkboxes…; `what` is a block_id too. What a form does not dispatch is only kept
 * for when it is submitted; else it is sent with the state of the whole form, as Slack does.
 */
export async function choose(
  context: Context,
  user: string,
  where: Where,
  what: What,
  choice: Choice,
): Promise<ClickResult> {
  const surface = surfaceOf(context.workspace, user, where);
  const { block, element } = findElement(surface, what);
  const state = chosen(element, choice);
  const blockId = String(block.block_id);
  const actionId = String(element.action_id);
  if (surface.kind === "view" && element.type !== "overflow") keep(surface.at, blockId, actionId, state);
  if (block.type === "input" && !block.dispatch_action) return unsent();
  const action = { ...state, block_id: blockId, action_id: actionId, action_ts: context.workspace.nextTs() };
  return act(context, user, surface, action);
}

/** Only the dialog was shown, or nothing is sent yet. */
const unsent = (asked?: JsonObject): ClickResult => ({
  sent: false,
  ...(asked ? { asked } : {}),
  status: 0,
  ms: 0,
  body: "",
  kind: "interactive",
  payload: {},
  triggerId: "",
});

async function act(
  { workspace, deliver, origin }: Context,
  user: string,
  surface: Surface,
  action: JsonObject,
  asked?: JsonObject,
): Promise<ClickResult> {
  const triggerId = newTrigger(workspace, user);
  const payload = {
    type: "block_actions",
    ...interactionBase(workspace, actorOf(workspace, user)),
    trigger_id: triggerId,
    ...situation(workspace, origin, user, surface, action),
    actions: [JSON.parse(JSON.stringify(action)) as JsonObject],
  };
  const delivered = await deliver("interactive", payload);
  if (delivered.error !== undefined) trouble(workspace, user, delivered.error, String(action.action_id));
  return { ...delivered, kind: "interactive", payload, sent: true, triggerId, ...(asked ? { asked } : {}) };
}

function situation(
  workspace: Workspace,
  origin: string,
  user: string,
  surface: Surface,
  { block_id, action_id, action_ts: _, ...state }: JsonObject,
): JsonObject {
  if (surface.kind === "view") {
    surface.at.state.values = currentState(surface.blocks, surface.at.state.values);
    return { container: { type: "view", view_id: surface.at.id }, view: wireView(surface.at) };
  }
  const { channel, ts } = surface.at;
  const place = conversationOf(workspace, channel);
  const name = place?.kind === "channel" ? place.channel.name : "directmessage";
  return {
    container: {
      type: "message",
      message_ts: ts,
      channel_id: channel,
      is_ephemeral: surface.kind === "ephemeral",
    },
    channel: { id: channel, name },
    // Slack does not repeat the content of an ephemeral message.
    ...(surface.kind === "message" ? { message: structuredClone(wire(workspace, surface.at)) } : {}),
    state: {
      values: currentState(surface.blocks, { [String(block_id)]: { [String(action_id)]: state } }),
    },
    response_url: newResponseUrl(workspace, origin, { user, channel, source: { channel, ts } }),
  };
}
