/** Requests that wait and grants that are live, where Redis is reachable: which of them a configuration would not give. */
import { z } from "zod";
import type { ConfigFile } from "../../config.ts";
import { isGroup, type Principal, type UserId } from "../../domain/ids.ts";
import { isFinal } from "../../domain/lifecycle.ts";
import { factsOfMember, judge } from "../../domain/policy-engine.ts";
import { isChanged, roleToday } from "../../domain/today.ts";
import type { AccessRequest } from "../../flow/ports.ts";
import { slackClient } from "../../slack/outbound/client.ts";
import { slackProxy } from "../../slack/outbound/proxy.ts";
import { RedisUrl } from "../../store/address.ts";
import { connect } from "../../store/connect.ts";
import { keysOf } from "../../store/keys.ts";
import { createRequests } from "../../store/requests.ts";
import type { PolicyMeans } from "./means.ts";

const REDIS_WITHIN_MS = 1_000;
const Address = RedisUrl.default("redis://127.0.0.1:6379");

type Isin = (who: UserId, principals: readonly Principal[]) => boolean | null;

export async function notGivenBy(file: ConfigFile, means: PolicyMeans): Promise<string[]> {
  const all = await liveRequests(file, means);
  if (!all) return ["What waits and is live was not looked at: Redis is not reachable."];
  const isIn = await membership(means);
  const lines = all.flatMap((request) => {
    const why = whyNot(request, file, isIn);
    return why
      ? [`${request.id} (${request.state}): ${request.role} of ${request.requester.id}: ${why}`]
      : [];
  });
  return [`Of ${all.length} that wait or are live, ${lines.length} would not be given:`, ...lines];
}

/** Null where Redis does not answer. */
async function liveRequests(
  { instance }: ConfigFile,
  { variables, clock, log }: PolicyMeans,
): Promise<AccessRequest[] | null> {
  const redis = connect(Address.parse(variables.REDIS_URL || undefined), { log });
  const silent = { onTransition: () => {}, onBroken: () => {} };
  try {
    await redis.ready(REDIS_WITHIN_MS);
    const requests = createRequests({ redis: redis.commands, keys: keysOf(instance), clock, ...silent });
    const found: AccessRequest[] = [];
    for await (const batch of requests.unsettled()) found.push(...batch.filter((r) => !isFinal(r)));
    return found;
  } catch {
    return null;
  } finally {
    redis.close();
  }
}

function whyNot(request: AccessRequest, file: ConfigFile, isIn: Isin): string | null {
  const role = roleToday(request, file.roles);
  if (isChanged(role)) return role.what;
  const facts = factsOfMember((who) => isIn(request.requester.id, who));
  const { outcome, by } = judge(file, request, facts);
  if (outcome === "deny" || outcome === "unknown") return `${outcome}: ${by.line} (${by.because})`;
  const byPolicy = "decision" in request && request.decision.by === "policy" && !request.emergency;
  return byPolicy && outcome === "ask" ? "nobody approved it, and somebody must now" : null;
}

const Groups = z.object({
  usergroups: z.array(z.object({ id: z.string(), users: z.array(z.string()).default([]) })),
});

/** By Slack where there is a token; without one only what names people themselves is known. */
async function membership({ variables }: PolicyMeans): Promise<Isin> {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = variables;
  const proxy = slackProxy({ HTTPS_PROXY: variables.HTTPS_PROXY, NO_PROXY: variables.NO_PROXY });
  const answer = token
    ? await slackClient(token, { apiUrl, proxy, interactive: false })
        .usergroups.list({ include_users: true })
        .catch(() => null)
    : null;
  const groups = answer && new Map(Groups.parse(answer).usergroups.map(({ id, users }) => [id, users]));
  return (who, principals) => {
    if (principals.includes(who) || principals.some((p) => groups?.get(p)?.includes(who))) return true;
    return groups || !principals.some(isGroup) ? false : null;
  };
}
