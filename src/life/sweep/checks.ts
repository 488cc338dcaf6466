/** What must be so on this hub before new access means anything; checked with each second sweep, ends never wait for it. */
import type { Bot } from "../../bot.ts";
import { MINUTE } from "../../request/durations.ts";

const CLOCKS_APART = MINUTE;

/** Throws HubError when the hub is away: what was known then stays. */
export async function runChecks(bot: Bot): Promise<void> {
  const { config, hub, checks, log } = bot;
  const reasons: string[] = [];
  if (!(await hub.isEnforcing())) reasons.push("RBAC is off on the hub: a token means nothing there");
  const clusterRoles = new Set(Object.values(config.roles).map(({ clusterRole }) => clusterRole));
  for (const name of clusterRoles)
    if (!(await hub.hasClusterRole(name))) reasons.push(`the hub has no ClusterRole ${name}`);
  if (Math.abs(hub.clockOffset()) > CLOCKS_APART)
    reasons.push("the hub's clock and this machine's are over a minute apart");
  const before = checks.failing;
  for (const reason of reasons.filter((one) => !before.includes(one)))
    log.error(`New access waits: ${reason}.`);
  if (before.length > 0 && reasons.length === 0) log.warn("New access is set up again.");
  checks.failing = reasons;
}
