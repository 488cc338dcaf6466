/** Calls to Slack for the doctor, which needs no Redis for them. */
import { type FetchFunction, LogLevel, WebClient, type WebClientOptions } from "@slack/web-api";
import { Agent, EnvHttpProxyAgent, fetch, type RequestInit } from "undici";
import { z } from "zod";
import type { Config } from "../../../config.ts";
import type { CallSlack } from "../../../slack/calls.ts";
import { slackErrorFor } from "../../../slack/errors.ts";

const PATIENCE: WebClientOptions = {
  ...{ timeout: 5000, retryConfig: { retries: 1 }, rejectRateLimitedCalls: true },
  logLevel: LogLevel.ERROR,
};

/** `token`: the bot's when left out. Throws SlackAway and SlackRefusal. */
export function createSlackCaller(
  { SLACK_BOT_TOKEN, SLACK_API_URL, HTTPS_PROXY, NO_PROXY = "" }: Config["env"],
  token = SLACK_BOT_TOKEN,
): CallSlack {
  const dispatcher = HTTPS_PROXY
    ? new EnvHttpProxyAgent({ httpsProxy: HTTPS_PROXY, httpProxy: "", noProxy: NO_PROXY })
    : new Agent();
  const viaProxy: FetchFunction = (url, init) => fetch(url, { ...(init as RequestInit), dispatcher });
  const client = new WebClient(token, {
    ...{ ...PATIENCE, fetch: viaProxy },
    ...(SLACK_API_URL === undefined ? {} : { slackApiUrl: SLACK_API_URL }),
  });
  return async (method, args, answer) => {
    try {
      return answer.parse(await client.apiCall(method, args));
    } catch (error) {
      throw slackErrorFor(method, error);
    }
  };
}

const Cursor = z.object({ response_metadata: z.object({ next_cursor: z.string().optional() }).optional() });

/** All pages of a list. */
export async function listAll<T>(
  callSlack: CallSlack,
  method: string,
  args: Record<string, unknown>,
  answer: z.ZodType<T>,
): Promise<T[]> {
  const pages: T[] = [];
  let cursor: string | undefined;
  do {
    const asked = { ...args, limit: 1000, ...(cursor && { cursor }) };
    const page = await callSlack(method, asked, z.looseObject({}));
    pages.push(answer.parse(page));
    cursor = Cursor.parse(page).response_metadata?.next_cursor;
  } while (cursor);
  return pages;
}
