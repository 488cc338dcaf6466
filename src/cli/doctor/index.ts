/** `doctor`: a table of checks, a line each; resolves to whether nothing failed. */
import { type Config, ConfigError, loadConfig } from "../../config.ts";
import { kubeconfigSource, POD_MOUNT } from "../../hub/source.ts";
import { openHubCalls } from "../hub/calls.ts";
import { openStore } from "../open.ts";
import { type CommandMeans, FLAG, readArguments, TEXT, UsageError } from "../options.ts";
import { printFindings } from "../print.ts";
import { openDirectory, openSlackCalls } from "../slack.ts";
import { checkAuditWebhook } from "./audit-webhook.ts";
import { runCanary } from "./canary.ts";
import { checkCompanies } from "./company-checks.ts";
import { findByName } from "./find.ts";
import {
  type Check,
  type Finding,
  fail,
  type HubSide,
  ok,
  type RedisSide,
  SETUP,
  type Side,
  type SlackSide,
} from "./finding.ts";
import { checkForeign } from "./foreign.ts";
import { checkGateway } from "./gateway.ts";
import { checkHub, checkHubClock } from "./hub.ts";
import { checkAnonymous, checkServerConfigs } from "./hub-pages.ts";
import { checkRecords } from "./records.ts";
import { checkRedis, checkRedisClock } from "./redis.ts";
import { checkBotRights, checkRbac, checkRoleObjects } from "./rights.ts";
import { checkSlack } from "./slack/app.ts";
import { checkApprovers, checkPasskeyHolders, checkUserGroups } from "./slack/approvers.ts";
import { checkChannels } from "./slack/channels.ts";
import { checkScopes } from "./slack/scopes.ts";
import { checkHubUse, checkTrail } from "./trail.ts";

/** The first of each row tells whether there is an answer: where it fails, the others are left out. */
const SLACK_CHECKS: Check<SlackSide>[] = [
  checkSlack,
  checkScopes,
  checkChannels,
  checkUserGroups,
  checkApprovers,
  checkPasskeyHolders,
];
const REDIS_CHECKS: Check<RedisSide>[] = [
  checkRedis,
  checkRedisClock,
  checkTrail,
  checkHubUse,
  checkAuditWebhook,
];
const HUB_CHECKS: Check<HubSide>[] = [
  checkHub,
  checkRbac,
  checkBotRights,
  checkRoleObjects,
  checkAnonymous,
  checkServerConfigs,
  checkGateway,
  checkHubClock,
  checkForeign,
];

export const DOCTOR_USAGE = `doctor [--json] [--canary]
doctor --find NAME [--json]`;

const DOCTOR_OPTIONS = { json: FLAG, canary: FLAG, find: TEXT };

/** Throws UsageError. */
export async function doctor(args: string[], means: CommandMeans): Promise<boolean> {
  const { json = false, canary = false, find } = readArguments(args, DOCTOR_OPTIONS).values;
  if (canary && find !== undefined) throw new UsageError("Give --find or --canary.");
  if (find !== undefined) return findByName(find, json, means);
  const findings = await examine(canary, means);
  const isGood = !hasFailed(findings);
  if (json) means.say(JSON.stringify({ ok: isGood, findings }, null, 2));
  else means.say(printFindings(findings, means.colour));
  return isGood;
}

async function examine(canary: boolean, means: CommandMeans): Promise<Finding[]> {
  const { variables, clock } = means;
  let config: Config;
  try {
    config = loadConfig(variables);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes.map((mistake) =>
      fail("configuration", mistake, "Correct karpor-access.yml, or .env"),
    );
  }
  const read = ok("configuration", `${config.path} has ${Object.keys(config.roles).length} roles`);
  const callSlack = openSlackCalls(config.env, clock);
  const directory = openDirectory(callSlack, clock);
  const rows = await Promise.all([
    runRow("slack", SLACK_CHECKS, { config, clock, callSlack, directory }),
    runRow("company check", [checkCompanies], { config, clock }),
    examineRedisAndHub(config, canary, means),
  ]);
  return [read, ...rows.flat()];
}

async function examineRedisAndHub(config: Config, canary: boolean, means: CommandMeans): Promise<Finding[]> {
  const { clock, log } = means;
  using opened = await openStore(config, log);
  const { redis, store } = opened;
  const findings = await runRow("redis", REDIS_CHECKS, { config, clock, redis, store });
  const checks = [...HUB_CHECKS];
  if (!hasFailed(findings)) checks.push(checkRecords);
  if (canary) checks.push(runCanary);
  const source = kubeconfigSource(config.hub, clock, POD_MOUNT);
  try {
    const kubeconfig = { text: await source.read(), directory: source.directory };
    await using hub = await openHubCalls(config.hub, kubeconfig, means);
    return [...findings, ...(await runRow("hub", checks, { config, clock, hub, store }))];
  } catch (error) {
    return [...findings, fail("hub", (error as Error).message, `Correct what it says, or ${SETUP}`)];
  } finally {
    await source.close();
  }
}

async function runRow<S extends Side>(name: string, checks: Check<S>[], side: S): Promise<Finding[]> {
  let found: Finding[] = [];
  for (const check of checks) {
    const failed = (error: Error) => fail(name, error.message, "See that it answers, then run this again");
    found = found.concat(await check(side).catch(failed));
    if (check === checks[0] && hasFailed(found)) break;
  }
  return found;
}

const hasFailed = (findings: Finding[]): boolean => findings.some(({ level }) => level === "fail");
