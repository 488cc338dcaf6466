/** Slack for a command, which needs no Redis for it. */
import { z } from "zod";
import type { Config } from "../config.ts";
import type { Clock } from "../request/clock.ts";
import { type CallSlack, keepNothing } from "../slack/calls.ts";
import { createSlackCaller } from "../slack/client.ts";
import { createDirectory, type Directory } from "../slack/directory.ts";

/** `token`: the bot's when left out. Throws SlackAway and SlackRefusal. */
export const openSlackCalls = (
  { SLACK_BOT_TOKEN, SLACK_API_URL: apiUrl, HTTPS_PROXY: proxy, NO_PROXY: noProxy }: Config["env"],
  clock: Clock,
  token = SLACK_BOT_TOKEN,
): CallSlack => createSlackCaller({ token, apiUrl, proxy, noProxy }, clock);

export const openDirectory = (callSlack: CallSlack, clock: Clock): Directory =>
  createDirectory(callSlack, { store: keepNothing(clock), clock });

const AnyPage = z.looseObject({
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

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
    const page = await callSlack(method, { ...args, limit: 1000, cursor }, AnyPage);
    pages.push(answer.parse(page));
    cursor = page.response_metadata?.next_cursor;
  } while (cursor);
  return pages;
}
