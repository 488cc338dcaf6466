/** Slack answers, and takes the bot's tokens. */
import { z } from "zod";
import type { CallSlack } from "../../../slack/calls.ts";
import { type Finding, fail, ok, type SlackSide } from "../finding.ts";
import { createSlackCaller } from "./calls.ts";

const BOT = "Copy the Bot User OAuth Token again into SLACK_BOT_TOKEN";
const APP =
  "Make an app-level token with connections:write on the app's page Basic Information, for SLACK_APP_TOKEN";
const REACH = "or see that this machine reaches slack.com, where needed by HTTPS_PROXY";

export async function checkSlack({ config, callSlack }: SlackSide): Promise<Finding[]> {
  const { env } = config;
  const bot = await tokenFinding("slack token", BOT, callSlack, "auth.test");
  if (!env.SLACK_APP_TOKEN)
    return [bot, ok("slack delivery", "HTTP; the signing secret proves itself at the first command")];
  const callAsApp = createSlackCaller(env, env.SLACK_APP_TOKEN);
  return [bot, await tokenFinding("slack delivery", APP, callAsApp, "apps.connections.open")];
}

async function tokenFinding(
  check: string,
  fix: string,
  callSlack: CallSlack,
  method: string,
): Promise<Finding> {
  try {
    await callSlack(method, {}, z.unknown());
    return ok(check, "Slack takes the token");
  } catch (error) {
    return fail(
      check,
      `Slack does not take the token, or does not answer (${(error as Error).message})`,
      `${fix}; ${REACH}`,
    );
  }
}
