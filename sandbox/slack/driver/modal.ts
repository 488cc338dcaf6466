/** A person fills, submits or closes a modal, and Slack does what the acknowledgement says. */
import { checkView } from "../blocks/check.ts";
import { CannotDo, SlackRefusal } from "../errors.ts";
import { actorOf } from "../places.ts";
import { actionables, labelOf } from "../read.ts";
import { newTrigger } from "../triggers.ts";
import type { JsonObject, SlackPerson, View } from "../types.ts";
import { closeModal, replaceView } from "../views.ts";
import type { Workspace } from "../workspace.ts";
import type { Context } from "./click.ts";
import { type Choice, chosen, currentState, keep, missing } from "./form.ts";
import { type DeliveredPayload, interactionBase, wireView } from "./payload.ts";
import { surfaceOf } from "./surface.ts";
import { trouble } from "./trouble.ts";

export interface SubmitResult extends DeliveredPayload {
  /** False when Slack's own check stopped it. */
  sent: boolean;
  /** What stands under the inputs: Slack's own words, or the bot's response_action errors. */
  errors: Record<string, string>;
}

export async function submit(
  context: Context,
  user: string,
  viewId: string,
  values: Record<string, Choice>,
): Promise<SubmitResult> {
  const { workspace, deliver } = context;
  const person = actorOf(workspace, user);
  const view = openView(workspace, user, viewId);
  if (!view.submit) throw new CannotDo(`${viewId} has no submit button.`);
  fill(view, values);
  const stopped = ownCheck(view, person);
  if (Object.keys(stopped).length > 0) return held(stopped);
  const payload = {
    type: "view_submission",
    ...interactionBase(workspace, person),
    trigger_id: newTrigger(workspace, user),
    view: wireView(view),
    response_urls: [],
  };
  const delivered = await deliver("interactive", payload);
  const doing = `submit ${view.callback_id}`;
  if (delivered.error === undefined) obey(workspace, user, view, delivered.body, doing);
  else trouble(workspace, user, delivered.error, doing);
  return { ...delivered, kind: "interactive", payload, sent: true, errors: view.errors ?? {} };
}

function openView(workspace: Workspace, user: string, id: string): View {
  const surface = surfaceOf(workspace, user, { view: id });
  if (surface.kind !== "view" || surface.at.type !== "modal") throw new CannotDo(`${id} is no modal.`);
  return surface.at;
}

/** Inputs are named by block_id, action_id or label. */
function fill(view: View, values: Record<string, Choice>): void {
  view.state.values = currentState(view.blocks, view.state.values);
  for (const [name, choice] of Object.entries(values)) {
    const found = actionables(view.blocks).find(
      ({ block, element }) =>
        block.block_id === name || element.action_id === name || labelOf({ text: block.label }) === name,
    );
    if (!found) throw new CannotDo(`The form has no input ${name}.`);
    const { block, element } = found;
    keep(view, String(block.block_id), String(element.action_id), chosen(element, choice));
  }
}

function ownCheck(view: View, { locale }: SlackPerson): Record<string, string> {
  const stopped: Record<string, string> = {};
  for (const input of actionables(view.blocks)) {
    const { block, element } = input;
    if (block.type !== "input") continue;
    const blockId = String(block.block_id);
    const words = missing(input, view.state.values[blockId]?.[String(element.action_id)] ?? {}, locale);
    if (words !== undefined) stopped[blockId] = words;
  }
  return stopped;
}

const held = (errors: Record<string, string>): SubmitResult => ({
  sent: false,
  errors,
  status: 0,
  ms: 0,
  body: "",
  kind: "interactive",
  payload: {},
});

function obey(workspace: Workspace, user: string, view: View, body: string, doing: string): void {
  delete view.errors;
  try {
    const answer = (body === "" ? {} : JSON.parse(body)) as JsonObject;
    react(workspace, user, view, answer);
  } catch (error) {
    if (!(error instanceof SlackRefusal || error instanceof SyntaxError)) throw error;
    trouble(workspace, user, "invalid_view_response", `${doing}: ${error.message}`);
  }
}

function react(workspace: Workspace, user: string, view: View, answer: JsonObject): void {
  switch (answer.response_action) {
    case undefined:
      closeModal(workspace, user, view);
      break;
    case "update":
      replaceView(workspace, user, view, checkView(answer.view, "modal"));
      break;
    case "errors":
      showErrors(workspace, user, view, (answer.errors ?? {}) as Record<string, string>);
      break;
    default:
      throw new SlackRefusal(`unknown response_action ${String(answer.response_action)}`);
  }
}

function showErrors(workspace: Workspace, user: string, view: View, errors: Record<string, string>): void {
  const inputs = view.blocks.filter((block) => block.type === "input").map((block) => String(block.block_id));
  const stray = Object.keys(errors).filter((id) => !inputs.includes(id));
  if (stray.length > 0 || Object.keys(errors).length === 0) {
    throw new SlackRefusal(`errors name no input of the view: ${stray.join(", ")}`);
  }
  view.errors = errors;
  workspace.changes.emit({ kind: "view_updated", user, view });
}

/** The bot is not told: it asks for that nowhere. */
export async function closeView({ workspace }: Context, user: string, viewId: string): Promise<void> {
  actorOf(workspace, user);
  closeModal(workspace, user, openView(workspace, user, viewId));
}
