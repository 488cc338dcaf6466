/** Go on with a restored Redis, in an administrator's DM. */
import { confirmRestore } from "../../../flow/operator/confirm-restore.ts";
import { goneOnReply } from "../../views/index.ts";
import type { Action } from "./index.ts";

export const goOnAction: Action = async ({ ports }, { user, value }) => {
  await confirmRestore(ports, { by: user, epoch: Number(value) });
  return { reply: (ctx) => goneOnReply(`<@${user}>`, ctx), replace: true };
};
