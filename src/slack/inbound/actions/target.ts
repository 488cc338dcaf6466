/** The request a button was drawn for, and what is told where no redraw shows the outcome. */

import { AllowanceId } from "../../../domain/ids.ts";
import { isParty } from "../../../domain/parties.ts";
import { Refused } from "../../../domain/refusal.ts";
import type { AccessRequest } from "../../../domain/request.ts";
import { load } from "../../../flow/support/load.ts";
import { type Done, doneReply } from "../../views/index.ts";
import type { HandlerContext } from "../context.ts";
import type { Click } from "../payload.ts";
import type { ActionReply } from "./index.ts";
import { decidedInList } from "./list.ts";

/** Throws Refused(unknown-request). */
export function targetOf({ target, value }: Click): NonNullable<Click["target"]> {
  if (!target) throw new Refused({ kind: "unknown-request", id: value.slice(0, 80) });
  return target;
}

/** What was allowed beforehand. Throws Refused(unknown-allowance). */
export function allowanceOf({ value }: Click): AllowanceId {
  const id = AllowanceId.safeParse(value).data;
  if (!id) throw new Refused({ kind: "unknown-allowance", word: value.slice(0, 80) });
  return id;
}

/** One's own request, or one made for somebody else, of whatever state. Throws Refused, StoreDown. */
export async function partyRequest({ ports }: HandlerContext, click: Click): Promise<AccessRequest> {
  const { id } = targetOf(click);
  const request = await load(ports, id);
  if (!isParty(request, click.user)) throw new Refused({ kind: "not-yours", id });
  return request;
}

/** One's own request, of whatever state. Throws Refused, StoreDown. */
export async function ownRequest({ ports }: HandlerContext, click: Click): Promise<AccessRequest> {
  const { id } = targetOf(click);
  const request = await load(ports, id);
  if (request.requester.id !== click.user) throw new Refused({ kind: "not-yours", id });
  return request;
}

/** A message that others see, or that stands in a DM, is redrawn from the record; an ephemeral one is not. */
export const replyIn = (click: Click, kind: Done, request: AccessRequest): ActionReply | undefined =>
  click.ephemeral ? { reply: (ctx) => doneReply(kind, request, ctx), replace: true } : undefined;

/** The same of what was decided: in its list, what waits stays at hand. */
export const decidedIn = async (
  context: HandlerContext,
  click: Click,
  request: AccessRequest,
): Promise<ActionReply | undefined> => {
  if (!click.ephemeral) return undefined;
  const { list } = targetOf(click);
  const reply = await decidedInList(context, click.user, { kind: "approved", request, list });
  return { reply, replace: true };
};
