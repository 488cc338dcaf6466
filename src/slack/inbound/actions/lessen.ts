/** Approve for less…: the modal opens at once, for its trigger lives 3 s; then the lower roles are looked up that this person may approve. */
import { isChanged, roleToday } from "../../../domain/today.ts";
import { lowerRoles } from "../../../flow/approve-less.ts";
import { assertMayReview, assertPending } from "../../../flow/decide.ts";
import { load } from "../../../flow/support/load.ts";
import { noteRefused } from "../../../flow/support/note-refused.ts";
import { type LowerRoles, lessForm, lessRefused } from "../../views/index.ts";
import { contextFor, type HandlerContext } from "../context.ts";
import { redrawModal } from "../forms/open-decision.ts";
import { openView } from "../open-view.ts";
import type { Click } from "../payload.ts";
import { knownRefusal } from "../reply.ts";
import type { Action } from "./index.ts";
import { targetOf } from "./target.ts";

type Form = ReturnType<typeof lessForm>;

export const lessenAction: Action = async (context, click) => {
  const { id, terms } = targetOf(click);
  const request = await load(context.ports, id);
  const trying = { attempt: "approve", id, by: click.user } as const;
  await noteRefused(context.ports, trying, async () => assertPending(request, click.user, "approve"));
  const target = { id, terms, channel: click.channel };
  const draw = (lower: LowerRoles) => lessForm(request, target, lower, contextFor(context, click.user));
  const opened = await openView(context.client, click.triggerId, draw("looking"));
  if (!opened.id) return undefined;
  await redrawModal(context, id, { viewId: opened.id, view: await lookUp(context, click, draw) });
  return undefined;
};

/** Where it cannot be looked up now, a shorter time can be approved all the same. */
async function lookUp(
  context: HandlerContext,
  click: Click,
  draw: (lower: LowerRoles) => Form,
): Promise<Form> {
  const { ports, log } = context;
  const { id } = targetOf(click);
  try {
    const trying = { attempt: "approve", id, by: click.user } as const;
    const { request } = await noteRefused(ports, trying, () =>
      assertMayReview(ports, id, click.user, "approve"),
    );
    const role = roleToday(request, ports.policy.roles);
    if (isChanged(role))
      return lessRefused({ ...role, kind: "changed-since", of: "request" }, contextFor(context, click.user));
    return draw(await lowerRoles(ports, request, click.user));
  } catch (error) {
    const refusal = knownRefusal(log, error, id);
    if (!refusal || refusal.kind === "look-up-failed") return draw(null);
    return lessRefused(refusal, contextFor(context, click.user));
  }
}
