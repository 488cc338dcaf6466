/** Answers in Slack that lead to the signing page: to a press of Approve, and to `/karpor-access passkey`. */
import { readForApproval } from "../../actions/approve.ts";
import type { Bot } from "../../bot.ts";
import type { RequestId, UserId } from "../../request/ids.ts";
import { actions, compose } from "../../slack/messages/blocks.ts";
import { labelledButton } from "../../slack/messages/buttons.ts";
import { factsFor } from "../../slack/messages/facts.ts";
import type { Message } from "../../slack/slack.ts";
import { hour, plainWords } from "../../slack/text/format.ts";
import { wordsFor } from "../../slack/text/index.ts";
import { contextFor } from "../answers.ts";
import { approvalLink, enrolLink, type MadeLink } from "./link.ts";

/** For its presser alone. `less`: a shorter time, ms. Throws Refused as the approval itself would. */
export async function confirmInBrowser(
  bot: Bot,
  id: RequestId,
  user: UserId,
  less: number | null,
): Promise<Message> {
  const { request, time } = await readForApproval(bot, id, user, less);
  const context = await contextFor(bot, user);
  const { passkeys, messages } = wordsFor(context.locale);
  const { role, hub, who } = factsFor(context, request);
  const link = approvalLink(bot, user, id, time);
  return drawLink(
    passkeys.confirm(role, hub, messages.span(time), who, hour(link.until)),
    passkeys.open,
    link,
  );
}

/** Throws Refused where the file has no `web`. */
export async function drawEnrolment(bot: Bot, user: UserId): Promise<Message> {
  const link = enrolLink(bot, user);
  const { passkeys } = wordsFor((await contextFor(bot, user)).locale);
  return drawLink(passkeys.enrol(hour(link.until)), passkeys.open, link);
}

function drawLink(sentence: string, open: string, { url }: MadeLink): Message {
  const button = labelledButton("open-page", open);
  return compose(plainWords(sentence), sentence, actions({ ...button, url, style: "primary" }));
}
