/** Approve, on a card. */
import { decideRequest } from "../../../flow/decide.ts";
import type { Action } from "./index.ts";
import { replyIn, targetOf } from "./target.ts";

export const approveAction: Action = async ({ ports }, click) => {
  const request = await decideRequest(ports, {
    ...targetOf(click),
    by: click.user,
    verdict: { approve: true },
  });
  return replyIn(click, "approved", request);
};
