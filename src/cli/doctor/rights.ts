/** RBAC is on, each role's ClusterRole is there, and the bot has all the rights that it needs, and no more. */
import { hasClusterRole, isEnforcing } from "../../hub/facts.ts";
import { excessRights, missingRights } from "../hub/rights.ts";
import { type Finding, fail, type HubSide, ok, SETUP, warn } from "./finding.ts";

/** Without RBAC a token means nothing. */
export async function checkRbac({ hub }: HubSide): Promise<Finding> {
  if (await isEnforcing(hub)) return ok("hub rbac", "on");
  return fail(
    "hub rbac",
    "RBAC is off: everybody may do everything, and a token means nothing",
    "helm upgrade karpor kusionstack/karpor -n karpor --reuse-values --set server.enableRbac=true",
  );
}

export async function checkBotRights({ hub, config }: HubSide): Promise<Finding[]> {
  const missing = await missingRights(hub, config);
  const excess = await excessRights(hub);
  return [
    missing.length > 0
      ? fail("hub rights", `the bot may not ${missing.join(", nor ")}`, SETUP)
      : ok("hub rights", "all that the bot needs"),
    excess.length > 0
      ? warn(
          "hub least rights",
          `the bot may also ${excess.join(", ")}`,
          "kubectl get clusterrolebindings,rolebindings -A -o wide, on the hub; delete what setup did not make",
        )
      : ok("hub least rights", "none that it does not need, as far as can be tried"),
  ];
}

export const checkRoleObjects = ({ config, hub }: HubSide): Promise<Finding[]> =>
  Promise.all(
    Object.entries(config.roles).map(async ([name, { clusterRole, rules }]) => {
      if (await hasClusterRole(hub, clusterRole)) return ok(`role ${name}`, clusterRole);
      const make = rules ? SETUP : `Make it on the hub, or correct roles.${name}.clusterRole`;
      return fail(`role ${name}`, `the hub has no ClusterRole ${clusterRole}`, make);
    }),
  );
