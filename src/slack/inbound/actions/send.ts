/** Send, below a refused command: the corrected line is asked for. */
import { makeRequest } from "../../../flow/request.ts";
import { askedReply } from "../../views/index.ts";
import { requesterOf } from "../context.ts";
import type { Action } from "./index.ts";

export const sendAction: Action = async (context, { user, name, value, triggerId, ephemeral }) => {
  const request = await makeRequest(context.ports, {
    requester: requesterOf(context, user, name),
    text: value,
    triggerId,
  });
  return { reply: (ctx) => askedReply(request, ctx), replace: ephemeral };
};
