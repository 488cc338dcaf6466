/** How a handler answers: with its acknowledgement, or a little later; and what people read when something failed. */
import { setTimeout as wait } from "node:timers/promises";
import type { ModalView } from "@slack/types";
import type { Bot } from "../bot.ts";
import { isAway } from "../hub/errors.ts";
import { noteRefusal } from "../life/trail/attempts.ts";
import type { UserId } from "../request/ids.ts";
import { type RefusalNote, Refused } from "../request/refused.ts";
import { compose, plainText } from "../slack/messages/blocks.ts";
import type { DrawContext } from "../slack/messages/facts.ts";
import { drawRefusal } from "../slack/messages/refusal.ts";
import { type Message, SlackAway } from "../slack/slack.ts";
import { plainWords } from "../slack/text/format.ts";
import { wordsFor } from "../slack/text/index.ts";
import { StoreAway } from "../store/redis.ts";

/** Slack waits three seconds for an acknowledgement. */
const ACK_WITHIN_MS = 2500;

export interface Reply {
  user: UserId;
  /** Acknowledges, together with the answer where there is one. */
  ack(answer: Message | null): Promise<void>;
  /** Answers after the acknowledgement. */
  later(answer: Message): Promise<unknown>;
}

/**
 * Does the work, and acknowledges when it is done: what was acknowledged in time is not lost by a crash. Work that takes
 * longer is acknowledged without an answer, which follows. Null: nothing is to be said.
 */
export async function answerWithin(
  bot: Bot,
  reply: Reply,
  work: () => Promise<Message | null>,
): Promise<void> {
  const answer = work().catch((error: unknown) => explainError(bot, reply.user, error));
  const early = await inTime(answer);
  await reply.ack(early ?? null);
  if (early !== undefined) return;
  const late = await answer;
  if (late) await reply.later(late);
}

/** Undefined when it takes too long to be part of the acknowledgement; it goes on. */
export const inTime = <T>(answer: Promise<T>): Promise<T | undefined> =>
  Promise.race([answer, wait(ACK_WITHIN_MS, undefined, { ref: false })]);

export async function explainError(bot: Bot, user: UserId, error: unknown): Promise<Message> {
  const note = refusalFor(error);
  bot.outages.note(error);
  if (note) noteRefusal(bot, user, note);
  if (note === null) bot.log.error({ err: error, user }, "what somebody asked for failed");
  const context = await contextFor(bot, user);
  return note ? drawRefusal(context, note) : sentence(wordsFor(context.locale).commands.failed);
}

/** Null: a mistake of ours, which nobody foresaw. */
export function refusalFor(error: unknown): RefusalNote | null {
  if (error instanceof Refused) return error.note;
  if (error instanceof StoreAway) return { code: "redis-away", data: {} };
  if (error instanceof SlackAway) return { code: "slack-away", data: {} };
  return isAway(error) ? { code: "hub-away", data: {} } : null;
}

/** In the reader's own language. */
export const contextFor = async ({ config, slack, clock }: Bot, user: UserId): Promise<DrawContext> => ({
  config,
  now: clock.now(),
  locale: await slack.localeFor(user),
});

export const sentence = (text: string): Message => compose(plainWords(text), text, []);

export const ephemeral = (message: Message) => ({ response_type: "ephemeral" as const, ...message });

/** An answer that only informs: the buttons are on the messages that its record knows. */
export const withoutButtons = ({ text, blocks }: Message): Message => ({
  text,
  blocks: blocks.filter(({ type }) => type !== "actions"),
});

/** An answer where there is no conversation: over the Home tab, or in a view that is open. */
export function answerView({ locale }: DrawContext, { blocks }: Message): ModalView {
  const { view } = wordsFor(locale).commands;
  return { type: "modal", title: plainText(view.title), close: plainText(view.close), blocks };
}
