/** The checks of Redis, Slack and the hub that the start, the doctor and (the cheap ones) readiness share. */
import type { WebClient } from "@slack/web-api";
import type { Config } from "../../config.ts";
import { clusterRolesOf } from "../../domain/catalog.ts";
import type { Clock } from "../../flow/ports.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { probeHub } from "../../hub/client/facts.ts";
import { whereIs } from "../../store/address.ts";
import type { Connections } from "../../store/connect.ts";
import { type Finding, fail } from "./finding.ts";
import { judgeHub } from "./hub.ts";
import { checkOrphans } from "./orphans.ts";
import { checkRedis } from "./redis.ts";
import { type BotIdentity, checkSlack } from "./slack.ts";

export interface Checked {
  redis: Connections;
  slack: WebClient;
  hub: HubClient;
}

const REDIS_WITHIN = 3_000;

export async function checkStart(
  config: Config,
  clock: Clock,
  { redis, slack, hub }: Checked,
): Promise<{ identity: BotIdentity | null; findings: Finding[] }> {
  const [ofRedis, ofSlack, ofHub] = await Promise.all([
    checkRedisAt(redis, config, clock),
    checkSlack(slack, config.slack.channel),
    checkHubAt(hub, config, clock),
  ]);
  return { identity: ofSlack.identity, findings: [...ofRedis, ...ofSlack.findings, ...ofHub] };
}

export async function checkRedisAt(redis: Connections, { env }: Config, clock: Clock): Promise<Finding[]> {
  const where = whereIs(env.REDIS_URL);
  return redis.ready(REDIS_WITHIN).then(
    () => checkRedis(redis.commands, where, () => clock.now()),
    () => [fail("redis", `Redis at ${where} does not answer`, "Start Redis, or mend REDIS_URL")],
  );
}

export async function checkHubAt(client: HubClient, config: Config, clock: Clock): Promise<Finding[]> {
  const clusterRoles = clusterRolesOf(config.roles);
  const facts = await probeHub({ client, clock, namespace: config.hub.namespace, clusterRoles });
  const orphans = facts.failure ? [] : await checkOrphans(client, config, clock);
  return [...judgeHub(facts, config, clock.now()), ...orphans];
}
