/** Which ClusterRoles that setup made no role of the catalog has any more: nothing gives them, and nobody else takes them away. */
import type { Config } from "../../config.ts";
import { clusterRolesOf } from "../../domain/catalog.ts";
import { botClusterRole, setupSelector } from "../../hub/bot-account.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { objectsAt } from "../../hub/client/objects.ts";
import { kubectl, plain, shellWord } from "../shell.ts";

const PATH = "/apis/rbac.authorization.k8s.io/v1/clusterroles";

/** One line each, with the mend. Throws HubError. */
export async function forgottenRoles(
  client: HubClient,
  { instance, hub, roles }: Pick<Config, "instance" | "hub" | "roles">,
): Promise<string[]> {
  const known = [botClusterRole(hub.namespace), ...clusterRolesOf(roles)];
  const lines: string[] = [];
  for await (const { metadata } of objectsAt(client, PATH, { labelSelector: setupSelector(instance) }))
    if (!known.includes(metadata.name))
      lines.push(
        `ClusterRole ${shellWord(metadata.name)}, which no role of the catalog has any more: ${kubectl("delete", "clusterrole", ...plain(metadata.name))}, on the hub`,
      );
  return lines;
}
