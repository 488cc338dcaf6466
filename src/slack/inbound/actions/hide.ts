/** Hide token, in the holder's DM or status. */
import { hideToken } from "../../../flow/hide.ts";
import type { Action } from "./index.ts";
import { replyIn, targetOf } from "./target.ts";

export const hideAction: Action = async ({ ports }, click) => {
  const request = await hideToken(ports, {
    ...{ id: targetOf(click).id, by: click.user },
    ts: click.ephemeral ? undefined : click.ts,
  });
  return replyIn(click, "hidden", request);
};
