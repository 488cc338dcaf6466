/** Forms that people send, and the shortcut that opens one. */

import type { ModalView } from "@slack/types";
import { z } from "zod";
import type { Bot } from "../bot.ts";
import { UserId } from "../request/ids.ts";
import { drawRefusal } from "../slack/messages/refusal.ts";
import type { Message } from "../slack/slack.ts";
import { answerView, contextFor, explainError, inTime, sentence } from "./answers.ts";
import { openForm, type Submitted, submitForm } from "./forms/index.ts";
import { assertNotLockedOut } from "./locked-out.ts";

const ViewSubmission = z.object({ user: z.object({ id: UserId }), trigger_id: z.string().default("") });

type ViewAnswer =
  | { response_action: "errors"; errors: Record<string, string> }
  | { response_action: "update"; view: ModalView };

export interface SubmissionArgs {
  body: unknown;
  ack(answer?: ViewAnswer): Promise<void>;
}

/** Mistakes are shown in the form, an answer in its place; what takes longer than Slack waits is answered in the DM. */
export async function handleSubmission(bot: Bot, { body, ack }: SubmissionArgs): Promise<void> {
  const user = ViewSubmission.parse(body).user.id;
  const outcome = submitForm(bot, body).catch(async (error: unknown) => {
    if (error instanceof z.ZodError) throw error;
    return { message: await explainError(bot, user, error) };
  });
  const early = await inTime(outcome);
  if (early === undefined) {
    await ack();
    const late = await lateMessage(bot, user, await outcome);
    if (late) await bot.slack.post(await bot.slack.openDm(user), late);
  } else if ("message" in early && early.message) {
    await ack({ response_action: "update", view: answerView(await contextFor(bot, user), early.message) });
  } else if ("view" in early) {
    await ack({ response_action: "update", view: early.view });
  } else if ("errors" in early && early.errors) {
    await ack({ response_action: "errors", errors: early.errors });
  } else await ack();
}

/** Null: there is nothing to say. A form that asks for more cannot be shown any more: only Slack's look-ups take so long. */
async function lateMessage(bot: Bot, user: UserId, outcome: Submitted): Promise<Message | null> {
  if ("message" in outcome) return outcome.message;
  if ("errors" in outcome) return sentence(Object.values(outcome.errors).join(" "));
  return drawRefusal(await contextFor(bot, user), { code: "slack-away", data: {} });
}

export interface ShortcutArgs {
  body: unknown;
  ack(): Promise<void>;
}

/** It can be chosen anywhere, so there is no conversation to answer in. */
export async function handleShortcut(bot: Bot, { body, ack }: ShortcutArgs): Promise<void> {
  const { user, trigger_id } = ViewSubmission.parse(body);
  await ack();
  await assertNotLockedOut(bot, user.id);
  await openForm(bot, trigger_id, user.id, { kind: "request", prefill: {} });
}
