/** For which instance setup made a namespace's bot: its ClusterRole says so, which nobody with a bot's rights can make or change. */
import { botClusterRole, setupInstance } from "../bot-account.ts";
import type { HubClient } from "../client/client.ts";
import { roleIfReadable } from "./roles.ts";

/** `namespace`: of its grants. Null where nothing says so. Throws HubError, or the signal's reason. */
export async function ownerOf(
  client: HubClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const role = await roleIfReadable(client, botClusterRole(namespace), signal);
  return role && setupInstance(role.metadata.labels);
}
