/** Revoke…, on a card or in a list, by an approver or admin. */
import { revoke as endAccess, revocable } from "../../../flow/revoke.ts";
import { revokeChoice } from "../../views/index.ts";
import type { Action } from "./index.ts";
import { endedInList } from "./list.ts";
import { about } from "./target.ts";

export const revoke: Action = async ({ ports }, click) => {
  const by = click.user;
  const request = await endAccess(ports, { id: about(click).id, by });
  const others = () => revocable(ports, { of: request.requester.id, by });
  return endedInList(click, request, others, (left, ctx) => revokeChoice(left, ctx, by));
};
