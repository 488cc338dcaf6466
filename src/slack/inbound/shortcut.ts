/** A global shortcut: acknowledged at once, then the form opens. */
import { REQUEST_SHORTCUT } from "../ids.ts";
import { answer } from "./answer.ts";
import type { HandlerContext } from "./context.ts";
import { openForm } from "./forms/open.ts";
import { Shortcut } from "./payload.ts";
import { errorReply } from "./reply.ts";
import { welcome } from "./welcome.ts";

export async function handleShortcut(
  context: HandlerContext,
  body: unknown,
  ack: () => Promise<void>,
): Promise<void> {
  await ack();
  const { user, callbackId, triggerId } = Shortcut.parse(body);
  if (callbackId !== REQUEST_SHORTCUT)
    return context.log.warn({ shortcut: callbackId }, "Slack sent a shortcut that is not ours");
  try {
    await openForm(context, { user, triggerId, origin: {} });
  } catch (error) {
    await answer(context, { user }, errorReply(context.log, error));
  }
  void welcome(context, user);
}
