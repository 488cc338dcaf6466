/** Ask again: the same role, time and reason as a request of one's own, or for the same person as before. An emergency that was refused is one still. */
import { startAhead } from "../../../domain/window.ts";
import { reasonLeft } from "../../../domain/without-texts.ts";
import { storeRequest, vettedAnswer } from "../asked.ts";
import { requesterOf } from "../context.ts";
import type { Action } from "./index.ts";
import { partyRequest } from "./target.ts";

export const againAction: Action = async (context, click) => {
  const before = await partyRequest(context, click);
  const { role, duration, requester, askedBy, emergency, state } = before;
  const isEmergency = emergency !== undefined && state === "refused";
  const at = startAhead(before, context.ports.clock.now());
  const time = { time: { ms: duration }, ...(at !== undefined && { start: { at } }) };
  const command = {
    role,
    ...time,
    reason: reasonLeft(before),
    ...(isEmergency && { emergency: true as const }),
  };
  const me = requesterOf(context, click.user, click.name);
  const who = askedBy?.id === click.user ? { requester, askedBy: me } : { requester: me };
  const request = await storeRequest(context, { ...who, command, triggerId: click.triggerId });
  const reply = await vettedAnswer(context, request, { channel: click.channel, always: click.ephemeral });
  return reply && { reply, replace: click.ephemeral };
};
