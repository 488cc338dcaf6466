/** When the hub's audit log last told the bot anything. */
import { readHubTold } from "../../evidence/use.ts";
import { type Finding, ok, type RedisSide, warn } from "./finding.ts";

/** It is no failure that nobody had access yet. */
export async function checkHubUse({ config, store }: RedisSide): Promise<Finding[]> {
  if (!config.audit.hub) return [];
  const told = await readHubTold(store);
  if (told !== null) return [ok("audit hub", `the hub last told something ${new Date(told).toISOString()}`)];
  const fix = "Give somebody access, and look again; docs/evidence.md says how the hub is set up";
  return [warn("audit hub", "the hub has told nothing yet", fix)];
}
