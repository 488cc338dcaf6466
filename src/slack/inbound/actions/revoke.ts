/** Revoke…, on a card or in a list, by an approver or admin. */
import { revocableGrants, revokeGrant } from "../../../flow/revoke.ts";
import { revokeChoiceReply } from "../../views/index.ts";
import type { Action } from "./index.ts";
import { endedInList } from "./list.ts";
import { targetOf } from "./target.ts";

export const revokeAction: Action = async ({ ports }, click) => {
  const by = click.user;
  const request = await revokeGrant(ports, { id: targetOf(click).id, by });
  const others = () => revocableGrants(ports, { of: request.requester.id, by });
  return endedInList(click, request, others, (left, ctx) => revokeChoiceReply(left, ctx, by));
};
