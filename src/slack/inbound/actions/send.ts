/** Send, below a refused command: the corrected line is asked for. */
import { storeRequest, vettedAnswer } from "../asked.ts";
import { requesterOf } from "../context.ts";
import type { Action } from "./index.ts";

export const sendAction: Action = async (context, click) => {
  const { user, name, value, triggerId, channel, ephemeral, at } = click;
  const requester = requesterOf(context, user, name);
  const request = await storeRequest(context, { requester, text: value, triggerId, typedAt: at });
  // It takes the place of the refusal, wherever that stands.
  const reply = await vettedAnswer(context, request, { channel, always: ephemeral });
  return reply && { reply, replace: ephemeral };
};
