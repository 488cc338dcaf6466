/** Slack's token is good, carries the scopes of manifest.yml and no `*:history`, and the bot is in its channels. */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Config } from "../../config.ts";
import { channelFor } from "../../domain/catalog.ts";
import { isSlacksOwn, slackError } from "../../slack/outbound/client.ts";
import type { HomeWorkspace } from "../../slack/outbound/profile.ts";
import { proxyRefused } from "../../slack/outbound/proxy.ts";
import { inviteOf } from "../../slack/slash-command.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** The same as in manifest.yml; a test holds them together. */
export const SCOPES = [
  "commands",
  "chat:write",
  "im:write",
  "users:read",
  "usergroups:read",
  "channels:read",
  "groups:read",
];

export interface BotIdentity extends HomeWorkspace {
  botId: string;
  botUserId: string;
}

const AuthTest = z.object({
  bot_id: z.string(),
  user_id: z.string(),
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});
const Channel = z.object({
  channel: z.object({
    name: z.string().optional(),
    is_member: z.boolean().optional(),
    is_archived: z.boolean().optional(),
  }),
});

export async function checkSlack(
  client: WebClient,
  file: Pick<Config, "slack" | "roles">,
): Promise<{ identity: BotIdentity | null; findings: Finding[] }> {
  const invite = inviteOf(file.slack.command);
  let identity: BotIdentity | null = null;
  try {
    const auth = AuthTest.parse(await client.auth.test());
    identity = {
      ...{ botId: auth.bot_id, botUserId: auth.user_id, teamId: auth.team_id },
      enterpriseId: auth.enterprise_id ?? undefined,
    };
    const findings = [
      ok("slack token", "good"),
      scopes(auth.response_metadata?.scopes),
      ...(await Promise.all(channelsOf(file).map((one) => channelOf(client, one, invite)))),
    ];
    return { identity, findings };
  } catch (error) {
    return { identity, findings: [noAnswer(error)] };
  }
}

interface NamedChannel {
  check: string;
  /** Where the file names it. */
  at: string;
  channel: string;
  /** Whose alone it is. */
  role?: string;
}

/** Each once, by the first that names it. */
function channelsOf({ slack, roles }: Pick<Config, "slack" | "roles">): NamedChannel[] {
  const named: NamedChannel[] = [
    { check: "slack channel", at: "slack.channel", channel: slack.channel },
    ...Object.keys(roles).map((name) => ({
      role: name,
      check: `slack channel ${name}`,
      at: `roles.${name}.approval.channel`,
      channel: channelFor(roles, name, slack.channel),
    })),
  ];
  return named.filter(({ channel }, i) => named.findIndex((one) => one.channel === channel) === i);
}

/** What an error of Slack means. */
export function noAnswer(error: unknown): Finding {
  const code = slackError(error);
  const barred = proxyRefused(error);
  if (barred) return fail("slack", barred.message, barred.fix);
  if (code === null)
    return fail(
      "slack",
      "Slack does not answer",
      "See whether this machine reaches slack.com; through a proxy: HTTPS_PROXY",
    );
  if (isSlacksOwn(code))
    return fail("slack", `Slack is in trouble itself (${code})`, "See slack-status.com, then try again");
  return fail(
    "slack token",
    `Slack does not take the bot's token (${code})`,
    "Copy the Bot User OAuth Token again into SLACK_BOT_TOKEN; is the app still installed?",
  );
}

function scopes(given: string[] | undefined): Finding {
  if (!given)
    return warn(
      "slack scopes",
      "Slack did not say which scopes the token has",
      "Nothing, if commands and DMs work",
    );
  const missing = SCOPES.filter((scope) => !given.includes(scope));
  if (missing.length > 0)
    return fail(
      "slack scopes",
      `missing: ${missing.join(", ")}`,
      "Apply manifest.yml to the app, then reinstall it to the workspace",
    );
  const history = given.filter((scope) => scope.endsWith(":history"));
  if (history.length === 0) return ok("slack scopes", given.join(", "));
  return warn(
    "slack scopes",
    `too many: ${history.join(", ")}; whoever steals the bot's token could read messages with it, in DMs (im:history) live tokens`,
    "Apply manifest.yml to the app, then reinstall it to the workspace; where that leaves the scope, press Revoke Tokens first, and give the bot the new token",
  );
}

/** Where one role's channel takes no card, that role's requests say so, and the others go on. */
async function channelOf(client: WebClient, named: NamedChannel, invite: string): Promise<Finding> {
  const found = await membership(client, named, invite);
  return found.level === "fail" && named.role !== undefined ? { ...found, notice: true } : found;
}

async function membership(
  client: WebClient,
  { check, at, channel }: NamedChannel,
  invite: string,
): Promise<Finding> {
  try {
    const found = Channel.parse(await client.conversations.info({ channel })).channel;
    if (found.is_archived) return fail(check, `${channel} is archived`, `Name another channel in ${at}`);
    if (found.is_member === true) return ok(check, `in #${found.name ?? channel}`);
    if (found.is_member === undefined)
      return warn(check, "Slack did not say whether the bot is in it", invite);
    return fail(
      check,
      `the bot is not in #${found.name ?? channel}`,
      `In #${found.name ?? channel}: ${invite}`,
    );
  } catch (error) {
    const code = slackError(error);
    if (code === null) throw error;
    return fail(
      check,
      `${at} ${channel} was not found (${code})`,
      `In the channel: ${invite}, and check its id`,
    );
  }
}
