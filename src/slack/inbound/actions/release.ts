/** Release now, by the holder. In a list, what else they have open stays at hand. */
import { releaseGrant } from "../../../flow/revoke.ts";
import { openRequests } from "../../../flow/status.ts";
import { statusReply } from "../../views/index.ts";
import { restOf } from "../pages/rest.ts";
import type { Action } from "./index.ts";
import { endedInList } from "./list.ts";
import { targetOf } from "./target.ts";

export const releaseAction: Action = async ({ ports }, click) => {
  const { id, list } = targetOf(click);
  const request = await releaseGrant(ports, { id, by: click.user });
  const others = () => openRequests(ports, click.user);
  const reply = await endedInList(click.ephemeral, request, others, (left, ctx) =>
    statusReply(
      restOf(left, { from: 0, ...list?.page, list: "status" }, (one) => one.id),
      0,
      ctx,
    ),
  );
  return reply && { reply, replace: true };
};
