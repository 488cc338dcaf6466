/** Names by Slack, asked for once each. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../../config.ts";
import { retryAfter, slackClient } from "../../slack/outbound/client.ts";
import { slackProxy } from "../../slack/outbound/proxy.ts";

/** Resolves to null where Slack does not know the person, or does not answer. */
export function slackNames({ env }: Config): (person: string) => Promise<string | null> {
  const client = slackClient(env.SLACK_BOT_TOKEN, {
    ...{ apiUrl: env.SLACK_API_URL, proxy: slackProxy(env), interactive: false },
  });
  const known = new Map<string, Promise<string | null>>();
  const ask = async (user: string): Promise<string | null> => {
    try {
      const { user: found } = await client.users.info({ user });
      return found?.profile?.real_name || found?.real_name || found?.name || null;
    } catch (error) {
      const wait = retryAfter(error);
      if (wait === null) return null;
      await sleep(wait);
      return ask(user);
    }
  };
  return (person) => {
    const found = known.get(person) ?? ask(person);
    known.set(person, found);
    return found;
  };
}
