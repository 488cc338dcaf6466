/** A person opens the bot's home tab: an event. */
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
  return { ...(await deliver("events_api", payload)), kind: "events_api", payload };
}
