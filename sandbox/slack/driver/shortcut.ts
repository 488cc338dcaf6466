/** A person chooses a global shortcut of the app: from the search bar, or the + beside the message box. */
import { actorOf } from "../places.ts";
import { newTrigger } from "../triggers.ts";
import type { Context } from "./click.ts";
import { type DeliveredPayload, interactionBase } from "./payload.ts";
import { trouble } from "./trouble.ts";

/** It tells neither a channel nor a response_url: it can be chosen anywhere. */
export async function runShortcut(
  { workspace, deliver }: Context,
  user: string,
  callbackId: string,
): Promise<DeliveredPayload> {
  const payload = {
    type: "shortcut",
    ...interactionBase(workspace, actorOf(workspace, user)),
    callback_id: callbackId,
    trigger_id: newTrigger(workspace, user),
    action_ts: workspace.nextTs(),
  };
  const delivered = await deliver("interactive", payload);
  if (delivered.error !== undefined) trouble(workspace, user, delivered.error, callbackId);
  return { ...delivered, kind: "interactive", payload };
}
