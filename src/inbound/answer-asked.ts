/** The answer to who asked: that it was sent, or why it was not. What is granted at once tells itself in the DM. */
import { readRequest } from "../actions/read.ts";
import type { Bot } from "../bot.ts";
import { SECOND } from "../request/durations.ts";
import type { RequestId, UserId } from "../request/ids.ts";
import { ANSWERED_WITHIN, isRefusedAtOnce, type Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { actions, compose } from "../slack/messages/blocks.ts";
import { requestButton } from "../slack/messages/buttons.ts";
import { drawMessage } from "../slack/messages/draw.ts";
import { factsFor } from "../slack/messages/facts.ts";
import type { Message } from "../slack/slack.ts";
import { plainWords } from "../slack/text/format.ts";
import { wordsFor } from "../slack/text/index.ts";
import { contextFor } from "./answers.ts";

/** `channel`: where it is read. Throws Refused where nobody was asked, StoreAway. */
export async function answerAsked(
  bot: Bot,
  { user, channel }: { user: UserId; channel: string },
  id: RequestId,
): Promise<Message | null> {
  const request = await readLookedAt(bot, id);
  const { state, outcome, requester } = request;
  if (outcome?.refusal && isRefusedAtOnce(request))
    throw new Refused(outcome.refusal.code, outcome.refusal.data);
  if (state !== "waiting") return null;
  const context = await contextFor(bot, user);
  const isInDm = channel.startsWith("D") && channel === (await bot.slack.openDm(user));
  if (isInDm || requester !== user)
    return drawMessage(context, request, requester === user ? "waiting" : "asker");
  const head = wordsFor(context.locale).commands.sent(factsFor(context, request).approvers);
  return compose(plainWords(head), head, actions(requestButton(context, request, "withdraw")));
}

const POLL_EVERY = SECOND / 10;

/** The request, as soon as people were looked up and the rules asked; as it is after a minute without that. */
async function readLookedAt(bot: Bot, id: RequestId): Promise<Request> {
  for (let waited = 0; ; waited += POLL_EVERY) {
    const request = await readRequest(bot, id);
    if (request.state !== "asked" || waited >= ANSWERED_WITHIN) return request;
    await bot.clock.sleep(POLL_EVERY, bot.stopping);
  }
}
