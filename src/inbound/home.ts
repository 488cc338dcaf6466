/** App Home: what somebody has, what waits for them, and a button to ask; our DM with them is its other tab. */
import type { Bot } from "../bot.ts";
import { DAY } from "../request/durations.ts";
import type { UserId } from "../request/ids.ts";
import { actions, compose, context as smallPrint } from "../slack/messages/blocks.ts";
import { plainWords } from "../slack/text/format.ts";
import { wordsFor } from "../slack/text/index.ts";
import { contextFor } from "./answers.ts";
import { helpButton } from "./help.ts";
import { drawList } from "./lists.ts";

/** Drawn anew each time it is opened. Throws StoreAway, SlackAway. */
export async function publishHome(bot: Bot, user: UserId): Promise<void> {
  const { config, locale } = await contextFor(bot, user);
  const { commands } = wordsFor(locale);
  const status = await drawList(bot, user, { kind: "status", page: 0 });
  const pending = await drawList(bot, user, { kind: "pending", page: 0 });
  await bot.slack.publishHome(user, {
    type: "home",
    blocks: [
      ...actions({ ...helpButton(commands, "request-access"), style: "primary" }),
      ...smallPrint(commands.wordsUnread(config.slack.command)),
      ...status.blocks,
      ...pending.blocks,
    ],
  });
}

const GREETED_FOR = 3650 * DAY;

/**
 * Says in our DM, when somebody opens it for the first time, that commands alone are read: Slack tells of words there only
 * with `im:history`, which the bot does not have. Throws StoreAway, SlackAway, SlackRefusal.
 */
export async function greetInDm(bot: Bot, user: UserId): Promise<void> {
  if (!(await bot.store.once(`told:dm:${user}`, GREETED_FOR))) return;
  const { config, locale } = await contextFor(bot, user);
  const { commands } = wordsFor(locale);
  const head = commands.wordsUnread(config.slack.command);
  const buttons = [helpButton(commands, "request-access"), helpButton(commands, "help-more")];
  await bot.slack.post(await bot.slack.openDm(user), compose(plainWords(head), head, actions(...buttons)));
}
