/** Release now, by the holder. In a list, what else they have open stays at hand. */
import { releaseGrant } from "../../../flow/revoke.ts";
import { openRequests } from "../../../flow/status.ts";
import { statusReply } from "../../views/index.ts";
import type { Action } from "./index.ts";
import { endedInList } from "./list.ts";
import { targetOf } from "./target.ts";

export const releaseAction: Action = async ({ ports }, click) => {
  const request = await releaseGrant(ports, { id: targetOf(click).id, by: click.user });
  const others = () => openRequests(ports, click.user);
  const reply = await endedInList(click.ephemeral, request, others, (left, ctx) =>
    statusReply({ items: left, total: left.length, at: { list: "status", from: 0 } }, 0, ctx),
  );
  return reply && { reply, replace: true };
};
