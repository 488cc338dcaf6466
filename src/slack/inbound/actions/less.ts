/** "1 h only", on a card: approved for that time. */
import { Refused } from "../../../domain/refusal.ts";
import { decideRequest } from "../../../flow/decide.ts";
import type { Action } from "./index.ts";
import { replyIn, targetOf } from "./target.ts";

export const lessAction: Action = async ({ ports }, click) => {
  const { id, terms, duration } = targetOf(click);
  if (duration === undefined) throw new Refused({ kind: "stale", id });
  const verdict = { approve: true, less: { duration } } as const;
  const request = await decideRequest(ports, { id, terms, by: click.user, verdict });
  return replyIn(click, "approved", request);
};
