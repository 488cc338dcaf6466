/**
 * Checks the hub before new access is set up: RBAC is on, the clocks agree, each role's ClusterRole exists. Each second
 * sweep runs it and keeps the result in `bot.checks`; a request then waits, an end never does. It changes no record.
 */
import type { Bot, FailingCheck } from "../../bot.ts";
import { MINUTE } from "../../request/durations.ts";
import type { HoldReason } from "../../request/record.ts";

const CLOCKS_APART = MINUTE;

/** The sentences for the operator, in the log and on /status. */
const IN_WORDS: Record<HoldReason["code"], (name: string | null) => string> = {
  "not-looked": () => "the hub was not looked at yet",
  "rbac-off": () => "RBAC is off on the hub: a token means nothing there",
  "clocks-apart": () => "the hub's clock and this machine's are over a minute apart",
  "no-cluster-role": (name) => `the hub has no ClusterRole ${name}`,
};

/** Returns the sentence of a failing check, with the roles that it holds back. */
export const checkInWords = ({ reason, roles }: FailingCheck): string =>
  `${IN_WORDS[reason.code](reason.name)}${roles === "all" ? "" : ` (${roles.join(", ")})`}`;

/** Runs all checks, and logs what began to fail or passes again. Throws HubError: the last result then stays. */
export async function runChecks(bot: Bot): Promise<void> {
  const { hub, checks, log } = bot;
  const failing: FailingCheck[] = [];
  if (!(await hub.isEnforcing())) failing.push({ reason: { code: "rbac-off", name: null }, roles: "all" });
  failing.push(...(await missingClusterRoles(bot)));
  if (Math.abs(hub.clockOffset()) > CLOCKS_APART)
    failing.push({ reason: { code: "clocks-apart", name: null }, roles: "all" });
  const known = checks.failing.map(checkInWords);
  for (const words of failing.map(checkInWords).filter((one) => !known.includes(one)))
    log.error(`New access waits: ${words}.`);
  if (failing.length === 0 && checks.failing.some(({ reason }) => reason.code !== "not-looked"))
    log.warn("New access is set up again.");
  checks.failing = failing;
}

/** Returns a failing check for each ClusterRole that the hub lacks; it holds back the roles that name it. */
async function missingClusterRoles({ config, hub }: Bot): Promise<FailingCheck[]> {
  const rolesBy = Map.groupBy(Object.keys(config.roles), (role) => config.roles[role]?.clusterRole ?? "");
  const missing: FailingCheck[] = [];
  for (const [name, roles] of rolesBy)
    if (!(await hub.hasClusterRole(name))) missing.push({ reason: { code: "no-cluster-role", name }, roles });
  return missing;
}
