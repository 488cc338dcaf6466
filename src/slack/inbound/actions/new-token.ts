/** New token, or I leaked it: in the holder's DM, their status, or what told them that they have it already. */
import { renewToken } from "../../../flow/renew-token.ts";
import type { Action } from "./index.ts";
import { replyIn, targetOf } from "./target.ts";

export const newTokenAction: Action = async ({ ports }, click) => {
  const request = await renewToken(ports, { id: targetOf(click).id, by: click.user, why: "lost" });
  return replyIn(click, "newToken", request);
};

export const leakedAction: Action = async ({ ports }, click) => {
  const request = await renewToken(ports, {
    id: targetOf(click).id,
    by: click.user,
    why: "leaked",
    on: click.ts,
  });
  return replyIn(click, "leaked", request);
};
