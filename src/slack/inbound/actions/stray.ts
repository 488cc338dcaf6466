/** A clicked message whose buttons are over: one that its record knows is drawn anew; of a copy whose first answer was lost, which it does not know, one line without buttons is left. */
import type { Refusal } from "../../../domain/refusal.ts";
import { drawAnew } from "../../../flow/sync-messages.ts";
import type { ActionId } from "../../ids.ts";
import { outOfDateMessage } from "../../views/index.ts";
import type { HandlerContext } from "../context.ts";
import type { Click } from "../payload.ts";
import { localeOf } from "../reply.ts";

const ON_CARDS: readonly string[] = [
  "approve",
  "approveNote",
  "less",
  "lessen",
  "deny",
  "withdraw",
  "nudge",
  "again",
  "change",
  "review",
] satisfies ActionId[];
const OVER: readonly Refusal["kind"][] = ["late", "stale"];

/** A message with a token may be all that its holder has, where its record was lost: it is left alone. */
export const bearsNoToken = ({ action }: Click): boolean => ON_CARDS.includes(action);

/** Never rejects. */
export async function redrawStray(context: HandlerContext, click: Click, refusal: Refusal): Promise<void> {
  const { target, channel, ts, ephemeral, user } = click;
  if (!target || !channel || !ts || ephemeral) return;
  if (!OVER.includes(refusal.kind) || !bearsNoToken(click)) return;
  try {
    const request = await context.ports.requests.get(target.id);
    if (!request) return;
    if (Object.values(request.messages).some((sent) => sent.ts === ts))
      return await drawAnew(context.ports, target.id, ts);
    const locale = channel.startsWith("D") ? await localeOf(context, user) : context.language;
    const message = outOfDateMessage(target.id, context.viewContext(locale));
    await context.client.chat.update({ channel, ts, ...message });
  } catch (error) {
    context.log.warn({ id: target.id, err: error }, "a message of no record could not be redrawn");
  }
}
