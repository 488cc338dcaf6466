/** App Home: what somebody has, what waits for them, and a button to ask. */
import type { Button } from "@slack/types";
import type { Bot } from "../bot.ts";
import type { UserId } from "../request/ids.ts";
import { actions, plainText } from "../slack/messages/blocks.ts";
import { wordsFor } from "../slack/text/index.ts";
import { drawList } from "./lists.ts";

/** Drawn anew each time it is opened. Throws StoreAway, SlackAway. */
export async function publishHome(bot: Bot, user: UserId): Promise<void> {
  const { button } = wordsFor(await bot.slack.localeFor(user)).commands;
  const ask: Button = {
    ...{ type: "button", action_id: "request-access", style: "primary" },
    text: plainText(button["request-access"]),
  };
  const status = await drawList(bot, user, { kind: "status", page: 0 });
  const pending = await drawList(bot, user, { kind: "pending", page: 0 });
  await bot.slack.publishHome(user, {
    type: "home",
    blocks: [...actions(ask), ...status.blocks, ...pending.blocks],
  });
}
