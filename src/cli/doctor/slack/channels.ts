/** The bot is in each channel where requests are approved. */
import { z } from "zod";
import { channelFor } from "../../../policy/roles.ts";
import type { CallSlack } from "../../../slack/calls.ts";
import { SlackRefusal } from "../../../slack/slack.ts";
import { type Finding, fail, ok, type SlackSide } from "../finding.ts";

const Info = z.object({
  channel: z.object({
    name: z.string().default(""),
    is_member: z.boolean().default(false),
    is_archived: z.boolean().default(false),
  }),
});

export function checkChannels({ config, callSlack }: SlackSide): Promise<Finding[]> {
  const { slack, roles } = config;
  const named = Object.keys(roles).map((role) => channelFor(config, role));
  const channels = new Set([slack.channel, ...named]);
  return Promise.all([...channels].map((channel) => judgeChannel(callSlack, channel, slack.command)));
}

async function judgeChannel(callSlack: CallSlack, channel: string, command: string): Promise<Finding> {
  const check = `slack channel ${channel}`;
  const invite = `In the channel: /invite @${command.slice(1)}; and see that its id is right`;
  try {
    const { name, is_member, is_archived } = (await callSlack("conversations.info", { channel }, Info))
      .channel;
    if (is_archived) return fail(check, `#${name} is archived`, "Name another channel in karpor-access.yml");
    return is_member ? ok(check, `in #${name}`) : fail(check, `the bot is not in #${name}`, invite);
  } catch (error) {
    if (error instanceof SlackRefusal) return fail(check, `Slack does not show it (${error.code})`, invite);
    throw error;
  }
}
