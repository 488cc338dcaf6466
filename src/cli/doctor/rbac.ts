/** RBAC is on: without it a token means nothing. */
import { isEnforcing } from "../../hub/facts.ts";
import { type Finding, fail, type HubSide, ok } from "./finding.ts";

export async function checkRbac({ hub }: HubSide): Promise<Finding[]> {
  if (await isEnforcing(hub.client)) return [ok("hub rbac", "on")];
  return [
    fail(
      "hub rbac",
      "RBAC is off: everybody may do everything, and a token means nothing",
      "helm upgrade karpor kusionstack/karpor -n karpor --reuse-values --set server.enableRbac=true",
    ),
  ];
}
