/** Approve, on a card. */
import { decideRequest } from "../../../flow/decide.ts";
import type { Action } from "./index.ts";
import { decidedIn, targetOf } from "./target.ts";

export const approveAction: Action = async (context, click) => {
  const request = await decideRequest(context.ports, {
    ...targetOf(click),
    by: click.user,
    verdict: { approve: true },
  });
  return decidedIn(context, click, request);
};
