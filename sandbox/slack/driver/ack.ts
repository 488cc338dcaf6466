/** What the acknowledgement of a command shows to the person who typed it. */
import type { Delivered } from "../delivery.ts";
import { SlackRefusal } from "../errors.ts";
import { contentOf, say } from "../response-url.ts";
import type { Ephemeral, JsonObject } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { trouble } from "./trouble.ts";

export function showAck(
  workspace: Workspace,
  where: { user: string; channel: string },
  doing: string,
  delivered: Delivered,
): { ephemeral?: Ephemeral } {
  if (delivered.error !== undefined) {
    trouble(workspace, where.user, delivered.error, doing);
    return {};
  }
  if (delivered.body === "") return {};
  try {
    return { ephemeral: say(workspace, where, contentOf(parse(delivered.body)), "ack") };
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
