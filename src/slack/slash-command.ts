/** The name of the bot's slash command, as Slack allows one. */
import { z } from "zod";

export const SlashCommand = z
  .string()
  .regex(/^\/[a-z0-9_-]{1,31}$/, "must be a slash command such as /karpor-access");
