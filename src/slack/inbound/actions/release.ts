/** Release now, by the holder. In a list, what else they have open stays at hand. */
import { releaseGrant } from "../../../flow/revoke.ts";
import type { Action } from "./index.ts";
import { endedInStatus } from "./list.ts";
import { targetOf } from "./target.ts";

export const releaseAction: Action = async (context, click) => {
  const request = await releaseGrant(context.ports, { id: targetOf(click).id, by: click.user });
  return endedInStatus(context, click, request);
};
