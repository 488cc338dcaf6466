/** An event as Slack wraps it. */
import type { JsonObject } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { verificationToken } from "./payload.ts";

export function eventPayload(workspace: Workspace, event: JsonObject): JsonObject {
  const { bot } = workspace;
  return {
    token: verificationToken,
    team_id: bot.teamId,
    api_app_id: bot.appId,
    event,
    type: "event_callback",
    event_id: workspace.nextId("Ev"),
    event_time: Math.floor(workspace.clock.now() / 1000),
    is_ext_shared_channel: false,
    authorizations: [
      {
        enterprise_id: null,
        team_id: bot.teamId,
        user_id: bot.userId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
  };
}
