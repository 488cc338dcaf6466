/** A person opens the bot's home tab: an event, tried once more when it is not acknowledged. */
import { actorOf, openDm } from "../places.ts";
import type { JsonObject } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import type { Context } from "./click.ts";
import { type DeliveredPayload, verificationToken, wireView } from "./payload.ts";

export async function openHome({ workspace, deliver }: Context, user: string): Promise<DeliveredPayload> {
  actorOf(workspace, user);
  const view = workspace.homes.get(user);
  const payload = eventPayload(workspace, {
    type: "app_home_opened",
    user,
    channel: openDm(workspace, user),
    tab: "home",
    event_ts: workspace.nextTs(),
    ...(view ? { view: wireView(view) } : {}),
  });
  const first = await deliver("events_api", payload);
  const delivered =
    first.error === undefined
      ? first
      : await deliver("events_api", payload, { attempt: 1, reason: retryReason(first.error) });
  return { ...delivered, kind: "events_api", payload };
}

const retryReason = (error: string): string =>
  error === "operation_timeout" ? "http_timeout" : "http_error";

function eventPayload(workspace: Workspace, event: JsonObject): JsonObject {
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
        enterprise_id: bot.enterpriseId ?? null,
        team_id: bot.teamId,
        user_id: bot.userId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
  };
}
