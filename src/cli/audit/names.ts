/** Names by Slack, asked for once each. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../../config.ts";
import { retryAfter, slackClient, slackError } from "../../slack/outbound/client.ts";
import { slackProxy } from "../../slack/outbound/proxy.ts";

export interface NamesOptions {
  /** Told once, where Slack gives no names at all. */
  warn(line: string): void;
}

/** Of one person Slack says nothing; the others may well have names. */
const UNKNOWN = new Set(["user_not_found", "user_not_visible", "users_not_found"]);

/** Resolves to null where Slack does not know the person; and of everybody, once it gives no names at all. */
export function slackNames(
  { env }: Config,
  { warn }: NamesOptions,
): (person: string) => Promise<string | null> {
  const client = slackClient(env.SLACK_BOT_TOKEN, {
    ...{ apiUrl: env.SLACK_API_URL, proxy: slackProxy(env), interactive: false },
  });
  const known = new Map<string, Promise<string | null>>();
  let isGivenUp = false;
  const giveUp = (why: string): null => {
    if (!isGivenUp) warn(`Slack gives no names (${why}): people are named by their Slack ids alone.`);
    isGivenUp = true;
    return null;
  };
  const ask = async (user: string, isAgain = false): Promise<string | null> => {
    if (isGivenUp) return null;
    try {
      const { user: found } = await client.users.info({ user });
      return found?.profile?.real_name || found?.real_name || found?.name || null;
    } catch (error) {
      const wait = retryAfter(error);
      if (wait !== null) return sleep(wait).then(() => ask(user, isAgain));
      const code = slackError(error);
      if (code && UNKNOWN.has(code)) return null;
      // One answer may be lost; of a Slack that is away, an export of a thousand people must not ask for each.
      return isAgain ? giveUp(code ?? "it does not answer") : ask(user, true);
    }
  };
  return (person) => {
    const found = known.get(person) ?? ask(person);
    known.set(person, found);
    return found;
  };
}
