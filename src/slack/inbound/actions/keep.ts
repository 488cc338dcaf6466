/** Keep, where a holder is asked whether they still need what nobody uses: their DM, or their status. */
import { keepAccess } from "../../../flow/check-idle.ts";
import type { Action } from "./index.ts";
import { replyIn, targetOf } from "./target.ts";

export const keepAction: Action = async ({ ports }, click) => {
  const request = await keepAccess(ports, { id: targetOf(click).id, by: click.user });
  return replyIn(click, "kept", request);
};
