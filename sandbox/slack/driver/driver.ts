/** Everything people do with the bot, as promises. */
import type { Delivered } from "../delivery.ts";
import { CannotDo } from "../errors.ts";
import { post } from "../messages.ts";
import { actorOf, canSee, openDm } from "../places.ts";
import type { SlackMessage } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { type ClickResult, type Context, choose, click } from "./click.ts";
import { type CommandResult, runCommand, sendCommand } from "./command.ts";
import { escapeTyped } from "./escape.ts";
import type { Choice } from "./form.ts";
import { openHome } from "./home.ts";
import { closeView, submit } from "./modal.ts";
import type { DeliveredPayload } from "./payload.ts";
import { runShortcut } from "./shortcut.ts";
import type { What, Where } from "./surface.ts";

export function createDriver(context: Context) {
  const { workspace, deliver, origin } = context;
  return {
    /** Types the slash command; `channel` is an id, or "dm" for the conversation with the bot. */
    command: (user: string, channel: string, text: string): Promise<CommandResult> =>
      runCommand(workspace, deliver, origin, user, channel, text),
    click: (user: string, where: Where, what: What, options?: { confirm?: boolean }): Promise<ClickResult> =>
      click(context, user, where, what, options),
    /** Writes or chooses in an input, a select, checkboxes…, and sends that where it is dispatched. */
    choose: (user: string, where: Where, what: What, choice: Choice): Promise<ClickResult> =>
      choose(context, user, where, what, choice),
    shortcut: (user: string, callbackId: string) => runShortcut(context, user, callbackId),
    submit: (user: string, viewId: string, values: Record<string, Choice> = {}) =>
      submit(context, user, viewId, values),
    closeView: (user: string, viewId: string) => closeView(context, user, viewId),
    /** Writes an ordinary message, which the bot is not told about. */
    say: (user: string, channel: string, text: string): SlackMessage => say(workspace, user, channel, text),
    openHome: (user: string, tab?: "home" | "messages") => openHome(context, user, tab),
    /** Sends exactly the same payload again, as Slack does when it is not sure. */
    redeliver: (last: DeliveredPayload): Promise<Delivered> =>
      last.kind === "slash_commands"
        ? sendCommand(workspace, deliver, last.payload)
        : deliver(last.kind, last.payload),
  };
}

function say(workspace: Workspace, user: string, channel: string, text: string): SlackMessage {
  actorOf(workspace, user);
  const id = channel === "dm" ? openDm(workspace, user) : channel;
  if (!canSee(workspace, user, id)) throw new CannotDo(`${user} cannot see ${id}.`);
  return post(workspace, { channel: id, user, text: escapeTyped(workspace, text) });
}
