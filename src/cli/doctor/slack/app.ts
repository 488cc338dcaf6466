/** Slack answers, and takes the bot's tokens. */
import { z } from "zod";
import type { CallSlack } from "../../../slack/calls.ts";
import { openSlackCalls } from "../../slack.ts";
import { type Finding, fail, ok, type SlackSide } from "../finding.ts";

const COPY_BOT_TOKEN = "Copy the Bot User OAuth Token again into SLACK_BOT_TOKEN";
const MAKE_APP_TOKEN =
  "Make an app-level token with connections:write on the app's page Basic Information, for SLACK_APP_TOKEN";

export async function checkSlack({ config, clock, callSlack }: SlackSide): Promise<Finding[]> {
  const { env } = config;
  const bot = await tryToken("slack token", COPY_BOT_TOKEN, callSlack, "auth.test");
  if (!env.SLACK_APP_TOKEN)
    return [bot, ok("slack delivery", "HTTP; the signing secret proves itself at the first command")];
  const callAsApp = openSlackCalls(env, clock, env.SLACK_APP_TOKEN);
  return [bot, await tryToken("slack delivery", MAKE_APP_TOKEN, callAsApp, "apps.connections.open")];
}

async function tryToken(check: string, fix: string, callSlack: CallSlack, method: string): Promise<Finding> {
  try {
    await callSlack(method, {}, z.unknown());
    return ok(check, "Slack takes the token");
  } catch (error) {
    const { message } = error as Error;
    return fail(
      check,
      `Slack does not take the token, or does not answer (${message})`,
      `${fix}; or see that this machine reaches slack.com, where needed by HTTPS_PROXY`,
    );
  }
}
