/** Ask again: the same role, time and reason as a request of one's own. */
import { storeRequest, vettedAnswer } from "../asked.ts";
import { requesterOf } from "../context.ts";
import type { Action } from "./index.ts";
import { ownRequest } from "./target.ts";

export const againAction: Action = async (context, click) => {
  const { role, duration, reason } = await ownRequest(context, click);
  const command = { role, time: { ms: duration }, reason };
  const requester = requesterOf(context, click.user, click.name);
  const request = await storeRequest(context, { requester, command, triggerId: click.triggerId });
  const reply = await vettedAnswer(context, request, { channel: click.channel, always: click.ephemeral });
  return reply && { reply, replace: click.ephemeral };
};
