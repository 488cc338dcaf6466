/** The checks of Redis, Slack and the hub that the start, the running bot and the doctor share. */
import type { WebClient } from "@slack/web-api";
import type { Config } from "../../config.ts";
import { clusterRolesOf } from "../../domain/catalog.ts";
import { type Clock, isStoreAway } from "../../flow/ports.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { probeHub } from "../../hub/client/facts.ts";
import type { LazyHub } from "../../hub/client/lazy.ts";
import { whereIs } from "../../store/address.ts";
import type { Connections } from "../../store/connect.ts";
import { keysOf } from "../../store/keys.ts";
import { schemaTrouble } from "../../store/schema.ts";
import { checkApp } from "./app.ts";
import { type Finding, fail } from "./finding.ts";
import { judgeHub } from "./hub.ts";
import { lockedDirectory } from "./kubeconfig-file.ts";
import { checkOrphans } from "./orphans.ts";
import { checkRedis, refusesWrites } from "./redis.ts";
import { redisAway } from "./redis-away.ts";
import { MEND_KUBECONFIG } from "./setup-fix.ts";
import { type BotIdentity, checkSlack } from "./slack.ts";

export interface Checked {
  redis: Connections;
  slack: WebClient;
  hub: LazyHub;
}

export interface StartFindings {
  /** Null while Slack does not say. */
  identity: BotIdentity | null;
  /** Whether what Redis holds is known to be this bot's. */
  isOurs: boolean;
  findings: Finding[];
}

const REDIS_WITHIN = 3_000;

/** `clock`: this machine's own, which is held against the others'. */
export async function checkStart(
  config: Config,
  clock: Clock,
  { redis, slack, hub }: Checked,
): Promise<StartFindings> {
  const [ofRedis, ofSlack, ofHub] = await Promise.all([
    checkRedisAt(redis, config),
    checkSlack(slack, config),
    checkLazyHub(hub, config, clock),
  ]);
  const { identity } = ofSlack;
  const store = { redis: redis.commands, keys: keysOf(config.instance) };
  const { isOurs, findings } = await checkApp(store, identity?.botId ?? null, config.env.SLACK_BOT_TOKEN);
  return { identity, isOurs, findings: [...ofRedis, ...findings, ...ofSlack.findings, ...ofHub] };
}

/** Slack or Redis is away, or Slack refuses the bot: that is no mistake of a first start, and may be over any moment. */
export const isOutage = ({ check }: Finding): boolean => OUTAGES.has(check);
const OUTAGES = new Set(["slack", "slack token", "redis", "redis writes", "redis owner"]);

async function checkLazyHub(hub: LazyHub, config: Config, clock: Clock): Promise<Finding[]> {
  try {
    await hub.open();
  } catch (error) {
    return [fail("hub", (error as Error).message, MEND_KUBECONFIG)];
  }
  return checkHubAt(hub, config, clock);
}

export async function checkRedisAt(redis: Connections, { env, instance }: Config): Promise<Finding[]> {
  const store = { redis: redis.commands, keys: keysOf(instance) };
  try {
    await redis.ready(REDIS_WITHIN);
    const refused = await refusesWrites(store);
    // Not by our clock: BullMQ's jobs are due by this one.
    const findings = await checkRedis(redis.commands, whereIs(env.REDIS_URL), Date.now);
    if (refused) return [refused, ...findings];
    const trouble = await schemaTrouble(store);
    return trouble ? [...findings, { ...unreadable(trouble), refuses: true }] : findings;
  } catch (error) {
    if (isStoreAway(error)) return [await redisAway({ env }, error.cause)];
    throw error;
  }
}

const unreadable = (trouble: string): Finding =>
  fail("redis records", trouble, "REDIS_URL, or another instance");

export async function checkHubAt(client: HubClient, config: Config, clock: Clock): Promise<Finding[]> {
  const clusterRoles = clusterRolesOf(config.roles);
  const facts = await probeHub({ client, clock, namespace: config.hub.namespace, clusterRoles });
  const orphans = facts.failure ? [] : await checkOrphans(client, config, clock);
  const locked = await lockedDirectory(config.hub.kubeconfig);
  return [...judgeHub(facts, config, clock.now(), locked), ...orphans];
}
