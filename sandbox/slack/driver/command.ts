/** A person types the slash command in a channel, or in their DM with the bot. */
import type { Deliver } from "../delivery.ts";
import { CannotDo } from "../errors.ts";
import { actorOf, canSee, conversationOf, openDm, payloadName } from "../places.ts";
import { newResponseUrl, newTrigger } from "../triggers.ts";
import type { Ephemeral, JsonObject } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { showAck } from "./ack.ts";
import { escapeTyped } from "./escape.ts";
import { type DeliveredPayload, verificationToken } from "./payload.ts";

export interface CommandResult extends DeliveredPayload {
  ephemeral?: Ephemeral;
  triggerId: string;
  responseUrl: string;
}

/** `channel` is a channel's id, or "dm" for the person's conversation with the bot. */
export async function runCommand(
  workspace: Workspace,
  deliver: Deliver,
  origin: string,
  user: string,
  channel: string,
  typed: string,
): Promise<CommandResult> {
  actorOf(workspace, user);
  const id = channel === "dm" ? openDm(workspace, user) : channel;
  if (!canSee(workspace, user, id)) throw new CannotDo(`${user} cannot see ${id}.`);
  const payload = commandPayload(workspace, origin, user, id, typed);
  return sendCommand(workspace, deliver, payload);
}

export async function sendCommand(
  workspace: Workspace,
  deliver: Deliver,
  payload: JsonObject,
): Promise<CommandResult> {
  const delivered = await deliver("slash_commands", payload);
  const where = { user: String(payload.user_id), channel: String(payload.channel_id) };
  const shown = showAck(workspace, where, `${payload.command} ${payload.text}`.trim(), delivered);
  return {
    ...delivered,
    ...shown,
    kind: "slash_commands",
    payload,
    triggerId: String(payload.trigger_id),
    responseUrl: String(payload.response_url),
  };
}

function commandPayload(
  workspace: Workspace,
  origin: string,
  user: string,
  channel: string,
  typed: string,
): JsonObject {
  const { bot } = workspace;
  const place = conversationOf(workspace, channel);
  return {
    token: verificationToken,
    team_id: bot.teamId,
    team_domain: bot.teamDomain,
    channel_id: channel,
    channel_name: place ? payloadName(place) : "",
    user_id: user,
    user_name: actorOf(workspace, user).name,
    command: workspace.command,
    text: escapeTyped(workspace, typed.trim()),
    api_app_id: bot.appId,
    is_enterprise_install: "false",
    response_url: newResponseUrl(workspace, origin, { user, channel }),
    trigger_id: newTrigger(workspace, user),
  };
}
