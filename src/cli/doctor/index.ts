/** `doctor`: a table of checks, a line each; resolves to whether nothing failed. */
import { type Config, ConfigError, loadConfig, loadForHub } from "../../config.ts";
import { kubeconfigSource, POD_MOUNT } from "../../hub/source.ts";
import { openFailFast } from "../../store/redis.ts";
import { createStore } from "../../store/store.ts";
import { openHubCalls } from "../hub/calls.ts";
import { type CommandMeans, readOptions, UsageError } from "../options.ts";
import { checkAnonymous } from "./anonymous.ts";
import { checkAuditWebhook } from "./audit-webhook.ts";
import { runCanary } from "./canary.ts";
import { checkHubClock, checkRedisClock } from "./clocks.ts";
import { checkCompanies } from "./company-checks.ts";
import { findByName } from "./find.ts";
import { type Finding, fail, type HubSide, ok, type RedisSide, SETUP, type SlackSide } from "./finding.ts";
import { checkForeign } from "./foreign.ts";
import { checkGateway } from "./gateway.ts";
import { checkHub } from "./hub.ts";
import { checkHubUse } from "./hub-use.ts";
import { printFindings } from "./print.ts";
import { checkRbac } from "./rbac.ts";
import { checkRecords } from "./records.ts";
import { checkRedis } from "./redis.ts";
import { checkRights } from "./rights.ts";
import { checkRoles } from "./roles.ts";
import { checkServerConfigs } from "./server-configs.ts";
import { checkSlack } from "./slack/app.ts";
import { checkApprovers } from "./slack/approvers.ts";
import { createSlackCaller } from "./slack/calls.ts";
import { checkChannels } from "./slack/channels.ts";
import { checkGroups } from "./slack/groups.ts";
import { checkScopes } from "./slack/scopes.ts";
import { checkTrail } from "./trail.ts";

type Check<Side> = (side: Side) => Promise<Finding[]>;

/** The first of each row tells whether there is an answer: where it fails, the others are left out. */
const SLACK_CHECKS: Check<SlackSide>[] = [
  checkSlack,
  checkScopes,
  checkChannels,
  checkGroups,
  checkApprovers,
];
const REDIS_CHECKS: Check<RedisSide>[] = [
  checkRedis,
  checkRedisClock,
  checkTrail,
  checkHubUse,
  checkAuditWebhook,
];
const HUB_CHECKS: Check<HubSide>[] = [
  ...[
    checkHub,
    checkRbac,
    checkRights,
    checkRoles,
    checkAnonymous,
    checkServerConfigs,
    checkGateway,
    checkHubClock,
    checkForeign,
  ],
];

export const DOCTOR_USAGE = `doctor [--json] [--canary | --offline]
doctor --find NAME [--json]`;

const flag = { type: "boolean" } as const;
const OPTIONS = { json: flag, canary: flag, offline: flag, find: { type: "string" } } as const;

/** Throws UsageError. */
export async function doctor(args: string[], means: CommandMeans): Promise<boolean> {
  const { json = false, canary = false, offline = false, find } = readOptions(args, OPTIONS);
  if ([canary, offline, find !== undefined].filter(Boolean).length > 1)
    throw new UsageError("Give one of --find, --canary and --offline.");
  if (find !== undefined) return findByName(loadConfig(means.variables), find, json, means);
  const findings = await examine(canary, offline, means);
  const isGood = !hasFailed(findings);
  if (json) means.say(JSON.stringify({ ok: isGood, findings }, null, 2));
  else for (const line of printFindings(findings, means.colour)) means.say(line);
  return isGood;
}

async function examine(canary: boolean, offline: boolean, means: CommandMeans): Promise<Finding[]> {
  let config: Config;
  try {
    config = (offline ? loadForHub : loadConfig)(means.variables);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes.map((mistake) =>
      fail("configuration", mistake, "Correct karpor-access.yml, or .env"),
    );
  }
  const read = ok("configuration", `${config.path} has ${Object.keys(config.roles).length} roles`);
  if (offline) return [read];
  const callSlack = createSlackCaller(config.env);
  const { clock } = means;
  const [slack, companies, others] = await Promise.all([
    runRow("slack", SLACK_CHECKS, { config, clock, callSlack }),
    runRow("company check", [checkCompanies], { config, clock }),
    examineRedisAndHub(config, canary, means),
  ]);
  return [read, ...slack, ...companies, ...others];
}

async function examineRedisAndHub(config: Config, canary: boolean, means: CommandMeans): Promise<Finding[]> {
  const { clock, log } = means;
  const redis = openFailFast(config.env.REDIS_URL, log);
  const store = createStore({
    redis,
    instance: config.instance,
    hub: config.hub.name,
    key: config.env.RECORDS_KEY,
    log,
  });
  const source = kubeconfigSource(config.hub, clock, POD_MOUNT);
  const ofRedis = await runRow("redis", REDIS_CHECKS, { config, clock, redis, store });
  const checks = [...HUB_CHECKS];
  if (!hasFailed(ofRedis)) checks.push(checkRecords);
  if (canary) checks.push(runCanary);
  try {
    const kubeconfig = { text: await source.read(), directory: source.directory };
    await using hub = await openHubCalls(config.hub, kubeconfig, means);
    return [...ofRedis, ...(await runRow("hub", checks, { config, clock, hub, store }))];
  } catch (error) {
    return [...ofRedis, fail("hub", (error as Error).message, `Correct what it says, or ${SETUP}`)];
  } finally {
    redis.disconnect();
    await source.close();
  }
}

async function runRow<Side>(name: string, checks: Check<Side>[], side: Side): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const check of checks) {
    const failed = (error: Error) => [fail(name, error.message, "See that it answers, then run this again")];
    found.push(...(await check(side).catch(failed)));
    if (check === checks[0] && hasFailed(found)) break;
  }
  return found;
}

const hasFailed = (findings: Finding[]): boolean => findings.some(({ level }) => level === "fail");
