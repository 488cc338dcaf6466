/** Withdraw, in the requester's DM or in the answer to their command. */
import { withdrawRequest } from "../../../flow/withdraw.ts";
import type { Action } from "./index.ts";
import { replyIn, targetOf } from "./target.ts";

export const withdrawAction: Action = async ({ ports }, click) => {
  const request = await withdrawRequest(ports, { id: targetOf(click).id, by: click.user });
  return replyIn(click, "withdrawn", request);
};
