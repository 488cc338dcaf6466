/** A person opens the bot's home tab: an event, tried once more when it is not acknowledged. */
import { actorOf, openDm } from "../places.ts";
import type { Context } from "./click.ts";
import { eventPayload } from "./event.ts";
import { type DeliveredPayload, wireView } from "./payload.ts";

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
