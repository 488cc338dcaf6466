/** Whether the bot can give these roles: their ClusterRoles stand on the hub, and it may bind them. */
import { clusterRolesOf } from "../../domain/catalog.ts";
import type { Rulebook } from "../../domain/policy-rule.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { roleFacts } from "../../hub/client/facts.ts";
import { type Finding, fail } from "./finding.ts";
import { judgeRoles } from "./hub.ts";
import { mayNotBind } from "./rights.ts";
import { SETUP } from "./setup-fix.ts";

export async function checkRoles(
  client: HubClient,
  book: Pick<Rulebook, "roles" | "rules">,
): Promise<Finding[]> {
  const { roles } = book;
  const clusterRoles = clusterRolesOf(roles);
  try {
    const forbidden = await mayNotBind(client, clusterRoles);
    const facts = { clusterRoles: await roleFacts({ client, clusterRoles }) };
    const unbound = Object.entries(roles).filter(([, role]) => forbidden.includes(role.clusterRole));
    return [...unbound.map(([name, role]) => mayNot(name, role.clusterRole)), ...judgeRoles(book, facts)];
  } catch (error) {
    return [
      fail(
        "hub",
        `whether the bot may give ${Object.keys(roles).join(", ")} is not known (${(error as Error).message})`,
        "See that the hub answers; it is asked again every 10 s",
      ),
    ];
  }
}

const mayNot = (name: string, clusterRole: string): Finding =>
  fail(`role ${name}`, `the bot may not bind ClusterRole ${clusterRole}`, SETUP);
