/** Remind them, on the requester's waiting message: the message is redrawn without the button. */
import { nudgeByRequester } from "../../../flow/nudge.ts";
import type { Action } from "./index.ts";
import { targetOf } from "./target.ts";

export const nudgeAction: Action = async ({ ports }, click) => {
  await nudgeByRequester(ports, { id: targetOf(click).id, by: click.user });
  return undefined;
};
