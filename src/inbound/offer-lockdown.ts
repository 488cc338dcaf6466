/** The answer to who ended somebody's access: that person could ask again, so an admin is offered to lock them out. */
import type { Bot } from "../bot.ts";
import { isAdmin } from "../policy/approvers.ts";
import { isGroup, type UserId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import { actions, compose, section } from "../slack/messages/blocks.ts";
import { labelledButton } from "../slack/messages/buttons.ts";
import type { Message } from "../slack/slack.ts";
import { code, mention, mentionUser, plainWords } from "../slack/text/format.ts";
import { wordsFor } from "../slack/text/index.ts";
import { contextFor, sentence } from "./answers.ts";

/** `done`: the sentence that says what was ended; only admins can lock down. */
export async function offerLockdown(bot: Bot, by: UserId, done: string, person: UserId): Promise<Message> {
  const { commands } = wordsFor((await contextFor(bot, by)).locale);
  const button = labelledButton("lockdown", commands.button.lockdown, {
    value: person,
    about: bot.slack.knownName(person) ?? "",
  });
  const offer = [...section(commands.mayAskAgain(mentionUser(person), "")), ...actions(button)];
  return compose(plainWords(done), done, offer);
}

/** Somebody ended an emergency of another person: an admin is offered a lockdown, anybody else reads who can lock down. */
export async function answerRevoked(bot: Bot, by: UserId, request: Request): Promise<Message> {
  const { role, requester, emergency } = request;
  const { admins } = bot.config;
  const { commands, messages } = wordsFor((await contextFor(bot, by)).locale);
  const done = commands.revoked(code(role), mentionUser(requester));
  if (!emergency || requester === by) return sentence(done);
  const groups = await bot.slack.groups(admins.filter(isGroup));
  if (isAdmin(bot.config, by, groups)) return offerLockdown(bot, by, done, requester);
  const ask = commands.mayAskAgain(mentionUser(requester), messages.any(admins.map(mention)));
  return compose(plainWords(done), done, section(ask));
}
