/** Ask again: the same role, time and reason as a request of one's own, or for the same person as before. An emergency that was refused is one still. */
import { storeRequest, vettedAnswer } from "../asked.ts";
import { requesterOf } from "../context.ts";
import type { Action } from "./index.ts";
import { partyRequest } from "./target.ts";

export const againAction: Action = async (context, click) => {
  const { role, duration, reason, requester, askedBy, emergency, state } = await partyRequest(context, click);
  const isEmergency = emergency !== undefined && state === "refused";
  const command = { role, time: { ms: duration }, reason, ...(isEmergency && { emergency: true as const }) };
  const me = requesterOf(context, click.user, click.name);
  const who = askedBy?.id === click.user ? { requester, askedBy: me } : { requester: me };
  const request = await storeRequest(context, { ...who, command, triggerId: click.triggerId });
  const reply = await vettedAnswer(context, request, { channel: click.channel, always: click.ephemeral });
  return reply && { reply, replace: click.ephemeral };
};
