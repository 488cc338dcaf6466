/** A write that changes nothing, and that the hub's audit log tells of: what comes back of it shows that the log reaches the bot. */
import { accountsPath, type Hub } from "./find.ts";
import { instanceAccount } from "./names.ts";

/**
 * On the instance's own account, over a connection of its own: of several replicas of the hub each is met in time.
 * Whatever the hub answers, it has seen it. Throws HubError where it does not, or the signal's reason.
 */
export async function heartbeat(hub: Hub, signal: AbortSignal): Promise<void> {
  const path = `${accountsPath(hub)}/${instanceAccount(hub.instance)}?dryRun=All`;
  await hub.client.request(path, { method: "PATCH", body: { metadata: {} }, by: "fresh", signal });
}
