/** The hub for a command, as the user of a kubeconfig: an administrator, or the bot itself. */
import { createClient, type HubClient } from "../../hub/client.ts";
import { type HubAccess, parseKubeconfig } from "../../hub/kubeconfig.ts";
import { openPortForward } from "../../hub/port-forward.ts";
import { type HubSettings, IN_CLUSTER_SERVER } from "../../hub/settings.ts";
import type { Clock } from "../../request/clock.ts";
import { SECOND } from "../../request/durations.ts";
import type { CommandMeans } from "../options.ts";

/** A hub of several replicas needs a moment to know an account or a role that changed. */
export const IN_FORCE_WITHIN = 10 * SECOND;

/** Looks again while something is left, until it must be in force. Resolves to what the last look left. */
export async function lookUntilNone<T>(clock: Clock, look: () => Promise<T[]>): Promise<T[]> {
  for (const late = clock.now() + IN_FORCE_WITHIN; ; await clock.sleep(SECOND / 4)) {
    const left = await look();
    if (left.length === 0 || clock.now() > late) return left;
  }
}

export interface HubCalls extends HubClient, AsyncDisposable {
  access: HubAccess;
}

/** `directory`: where the files that the kubeconfig names are; null where it may name none. */
export interface KubeconfigText {
  text: string;
  directory: string | null;
}

/** Throws HubError. */
export async function openHubCalls(
  { portForward, server, inCluster }: HubSettings,
  { text, directory }: KubeconfigText,
  { clock, log }: CommandMeans,
): Promise<HubCalls> {
  const given = parseKubeconfig(text, { server: server ?? (inCluster && IN_CLUSTER_SERVER), directory });
  const forward = portForward && (await openPortForward(portForward, log));
  const access = forward ? { ...given, server: forward.server } : given;
  const client = createClient({ readAccess: async () => access, clock });
  return {
    ...client,
    access,
    async [Symbol.asyncDispose]() {
      await client.close();
      forward?.close();
    },
  };
}
