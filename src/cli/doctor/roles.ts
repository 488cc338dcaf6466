/** Each role's ClusterRole is on the hub. */
import { hasClusterRole } from "../../hub/facts.ts";
import { type Finding, fail, type HubSide, ok, SETUP } from "./finding.ts";

export const checkRoles = ({ config, hub }: HubSide): Promise<Finding[]> =>
  Promise.all(
    Object.entries(config.roles).map(async ([name, { clusterRole, rules }]) => {
      if (await hasClusterRole(hub.client, clusterRole)) return ok(`role ${name}`, clusterRole);
      const make = rules ? SETUP : `Make it on the hub, or correct roles.${name}.clusterRole`;
      return fail(`role ${name}`, `the hub has no ClusterRole ${clusterRole}`, make);
    }),
  );
