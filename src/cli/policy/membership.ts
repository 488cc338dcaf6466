/** Who is in which user group: by Slack where there is a token; without one only people who are named themselves are known. */
import { z } from "zod";
import { readVariables } from "../../config.ts";
import { isGroup, type Principal } from "../../domain/ids.ts";
import { slackClient } from "../../slack/outbound/client.ts";
import { slackProxy } from "../../slack/outbound/proxy.ts";
import type { PolicyMeans } from "./means.ts";
import type { IsIn } from "./today.ts";

const Groups = z.object({
  usergroups: z.array(z.object({ id: z.string(), users: z.array(z.string()).default([]) })),
});

/** Never rejects. */
export async function membership(means: Pick<PolicyMeans, "variables">): Promise<IsIn> {
  const groups = await groupsOf(means);
  return (who, principals, { isSure = false } = {}) => {
    if (principals.includes(who) || principals.some((p) => groups?.get(p)?.includes(who))) return true;
    const isListed = (p: Principal) => !isGroup(p) || (isSure ? groups?.has(p) : groups !== null);
    return principals.every(isListed) ? false : null;
  };
}

async function groupsOf({ variables }: Pick<PolicyMeans, "variables">) {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl, HTTPS_PROXY, NO_PROXY } = readVariables(variables);
  if (!token) return null;
  try {
    const client = slackClient(token, {
      apiUrl,
      proxy: slackProxy({ HTTPS_PROXY, NO_PROXY }),
      interactive: false,
    });
    const answer = await client.usergroups.list({ include_users: true });
    return new Map(Groups.parse(answer).usergroups.map(({ id, users }) => [id, users]));
  } catch {
    return null;
  }
}
