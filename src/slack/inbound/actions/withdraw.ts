/** Withdraw, in the requester's DM or in a list: there, what else they have open stays at hand. */
import { withdrawRequest } from "../../../flow/withdraw.ts";
import type { Action } from "./index.ts";
import { endedInStatus } from "./list.ts";
import { targetOf } from "./target.ts";

export const withdrawAction: Action = async (context, click) => {
  const request = await withdrawRequest(context.ports, { id: targetOf(click).id, by: click.user });
  return endedInStatus(context, click, request);
};
