/** End…, in a list of what others have: its modal asks why, and the list stays. */
import { load } from "../../../flow/support/load.ts";
import { openDecision } from "../forms/open-decision.ts";
import type { Action } from "./index.ts";
import { targetOf } from "./target.ts";

export const endAction: Action = async (context, click) => {
  const { id, terms } = targetOf(click);
  const request = await load(context.ports, id);
  const { user, triggerId, channel, responseUrl } = click;
  const target = { id, terms, channel, responseUrl };
  await openDecision(context, { kind: "revoke", request, user, triggerId, target });
  return undefined;
};
