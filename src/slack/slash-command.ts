/** The bot's slash command, as Slack allows one; its app is called so too, or people could not tell two bots apart. */
import { z } from "zod";

export const SlashCommand = z
  .string()
  .regex(/^\/[a-z0-9_-]{1,31}$/, "must be a slash command such as /karpor-access");

export const appOf = (command: string): string => command.slice(1);

/** Typed in a channel, it lets the bot in. */
export const inviteOf = (command: string): string => `/invite @${appOf(command)}`;
