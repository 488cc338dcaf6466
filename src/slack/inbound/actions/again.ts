/** Ask again: the same role, time and reason as a request of one's own. */
import { formatDuration } from "../../../domain/duration.ts";
import { Refused } from "../../../domain/refusal.ts";
import { makeRequest } from "../../../flow/request.ts";
import { load } from "../../../flow/support/load.ts";
import { askedReply } from "../../views/index.ts";
import { requesterOf } from "../context.ts";
import type { Action } from "./index.ts";
import { targetOf } from "./target.ts";

export const againAction: Action = async (context, click) => {
  const { id } = targetOf(click);
  const earlier = await load(context.ports, id);
  if (earlier.requester.id !== click.user) throw new Refused({ kind: "not-yours", id });
  const text = `${earlier.role} ${formatDuration(earlier.duration)} ${earlier.reason}`;
  const requester = requesterOf(context, click.user, click.name);
  const request = await makeRequest(context.ports, { requester, text, triggerId: click.triggerId });
  return { reply: (ctx) => askedReply(request, ctx), replace: click.ephemeral };
};
