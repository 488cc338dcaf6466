/** Which ClusterRoles of the catalog the hub does not have. */
import { type Catalog, clusterRolesOf } from "../../domain/catalog.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { readRole } from "../../hub/grants/roles.ts";

/** One line each, with the mend. */
export async function missingRoles(client: HubClient, roles: Catalog): Promise<string[]> {
  const looked = await Promise.all(
    clusterRolesOf(roles).map(async (name) => [name, await readRole(client, name, undefined)] as const),
  );
  return looked.flatMap(([name, found]) => (found ? [] : [say(name, users(roles, name))]));
}

const users = (roles: Catalog, clusterRole: string): string[] =>
  Object.entries(roles).flatMap(([name, role]) => (role.clusterRole === clusterRole ? [name] : []));

const say = (clusterRole: string, roles: string[]): string =>
  `ClusterRole ${clusterRole} of roles.${roles.join(", roles.")}: make it on the hub, or give the role \`rules\` and run setup again`;
