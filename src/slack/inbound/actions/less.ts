/** "1 h only", on a card: approved for that time. */
import { Refused } from "../../../domain/refusal.ts";
import { decideRequest } from "../../../flow/decide.ts";
import type { Action } from "./index.ts";
import { decidedIn, targetOf } from "./target.ts";

export const lessAction: Action = async (context, click) => {
  const { id, terms, duration } = targetOf(click);
  if (duration === undefined) throw new Refused({ kind: "stale", id });
  const verdict = { approve: true, less: { duration } } as const;
  const request = await decideRequest(context.ports, { id, terms, by: click.user, verdict });
  return decidedIn(context, click, request);
};
