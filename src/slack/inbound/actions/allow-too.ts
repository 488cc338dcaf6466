/** Allow too, on what others allowed beforehand and what waits for one more. */
import { allowToo } from "../../../flow/allowances/allow.ts";
import { allowedReply } from "../../views/index.ts";
import type { Action } from "./index.ts";
import { allowanceOf } from "./target.ts";

export const allowTooAction: Action = async ({ ports }, click) => {
  const allowance = await allowToo(ports, { id: allowanceOf(click), by: click.user });
  return { reply: (ctx) => allowedReply(allowance, ctx), replace: false };
};
