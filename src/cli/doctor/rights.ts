/** The bot's rights on the hub: all that it needs, and no more. */
import { excessRights, missingRights } from "../hub/rights.ts";
import { type Finding, fail, type HubSide, ok, SETUP, warn } from "./finding.ts";

const LOOK =
  "kubectl get clusterrolebindings,rolebindings -A -o wide, on the hub; delete what setup did not make";

export async function checkRights(side: HubSide): Promise<Finding[]> {
  const missing = await missingRights(side);
  const excess = await excessRights(side);
  return [
    missing.length > 0
      ? fail("hub rights", `the bot may not ${missing.join(", nor ")}`, SETUP)
      : ok("hub rights", "all that the bot needs"),
    excess.length > 0
      ? warn("hub least rights", `the bot may also ${excess.join(", ")}`, LOOK)
      : ok("hub least rights", "none that it does not need, as far as can be tried"),
  ];
}
