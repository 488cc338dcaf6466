/** What the acknowledgement of a command shows to the person who typed it. */
import type { Delivered } from "../delivery.ts";
import { SlackRefusal } from "../errors.ts";
import { contentOf, say } from "../response-url.ts";
import type { Ephemeral, JsonObject, SlackMessage } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { trouble } from "./trouble.ts";

export interface ShownAck {
  ephemeral?: Ephemeral;
  message?: SlackMessage;
}

export function showAck(
  workspace: Workspace,
  where: { user: string; channel: string },
  doing: string,
  delivered: Delivered,
): ShownAck {
  if (delivered.error !== undefined) {
    trouble(workspace, where.user, delivered.error, doing);
    return {};
  }
  if (delivered.body === "") return {};
  try {
    const payload = parse(delivered.body);
    const shown = say(workspace, where, payload.response_type === "in_channel", contentOf(payload), "ack");
    return "ephemeral" in shown ? { ephemeral: shown } : { message: shown };
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    trouble(workspace, where.user, "invalid_command_response", doing);
    return {};
  }
}

function parse(body: string): JsonObject {
  if (!body.startsWith("{")) return { text: body };
  try {
    return JSON.parse(body) as JsonObject;
  } catch {
    return { text: body };
  }
}
