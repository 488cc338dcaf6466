/** A person opens the bot's Home tab, or their DM with it: an event. */
import { actorOf, openDm } from "../places.ts";
import type { Context } from "./click.ts";
import { eventPayload } from "./event.ts";
import { type DeliveredPayload, wireView } from "./payload.ts";

export async function openHome(
  { workspace, deliver }: Context,
  user: string,
  tab: "home" | "messages" = "home",
): Promise<DeliveredPayload> {
  actorOf(workspace, user);
  const view = tab === "home" ? workspace.homes.get(user) : undefined;
  const payload = eventPayload(workspace, {
    type: "app_home_opened",
    user,
    channel: openDm(workspace, user),
    tab,
    event_ts: workspace.nextTs(),
    ...(view ? { view: wireView(view) } : {}),
  });
  return { ...(await deliver("events_api", payload)), kind: "events_api", payload };
}
