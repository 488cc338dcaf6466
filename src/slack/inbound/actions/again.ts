/** Ask again: the same role, time and reason as a request of one's own. */
import { Refused } from "../../../domain/refusal.ts";
import { load } from "../../../flow/support/load.ts";
import { storeRequest, vettedAnswer } from "../asked.ts";
import { requesterOf } from "../context.ts";
import type { Action } from "./index.ts";
import { targetOf } from "./target.ts";

export const againAction: Action = async (context, click) => {
  const { id } = targetOf(click);
  const earlier = await load(context.ports, id);
  if (earlier.requester.id !== click.user) throw new Refused({ kind: "not-yours", id });
  const { role, duration, reason } = earlier;
  const command = { role, time: { ms: duration }, reason };
  const requester = requesterOf(context, click.user, click.name);
  const request = await storeRequest(context, { requester, command, triggerId: click.triggerId });
  const reply = await vettedAnswer(context, request, { channel: click.channel, always: click.ephemeral });
  return reply && { reply, replace: click.ephemeral };
};
