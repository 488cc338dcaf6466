/** Withdraw, in the requester's DM or in the answer to their command. */
import { withdraw as takeBack } from "../../../flow/withdraw.ts";
import type { Action } from "./index.ts";
import { about, toldIn } from "./target.ts";

export const withdraw: Action = async ({ ports }, click) => {
  const request = await takeBack(ports, { id: about(click).id, by: click.user });
  return toldIn(click, "withdrawn", request);
};
