/** For which instance setup made a namespace's bot: its ClusterRole says so, which nobody with a bot's rights can make or change. */
import { z } from "zod";
import { botClusterRole, setupInstance } from "../bot-account.ts";
import type { HubClient } from "../client/client.ts";

const Labelled = z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }) });

/** `namespace`: of its grants. Null where nothing says so. Throws HubError, or the signal's reason. */
export async function ownerOf(
  client: HubClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const name = encodeURIComponent(botClusterRole(namespace));
  const { status, body } = await client.request(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`, {
    signal,
  });
  const found = status === 200 ? Labelled.safeParse(body).data : undefined;
  return found ? setupInstance(found.metadata.labels) : null;
}
