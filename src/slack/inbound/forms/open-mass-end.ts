/** The modal that asks before many grants end: opened at once, for its trigger lives 3 s; then it is looked up who may, and what stands. */
import type { UserId } from "../../../domain/ids.ts";
import { Refused } from "../../../domain/refusal.ts";
import { assertAdmin } from "../../../flow/support/admin.ts";
import { lookAtScope } from "../../../flow/together/revoke-all.ts";
import { type MassEndTarget, massEndModal, massEndRefused } from "../../views/index.ts";
import { contextFor, type HandlerContext } from "../context.ts";
import { openView } from "../open-view.ts";

export interface OpenMassEnd {
  user: UserId;
  triggerId: string;
  target: MassEndTarget;
  reason: string;
}

/** Throws what Slack throws when it does not open it. */
export async function openMassEnd(context: HandlerContext, ask: OpenMassEnd): Promise<void> {
  const { user, triggerId, target, reason } = ask;
  const { client, log } = context;
  const view = massEndModal(target, { reason }, contextFor(context, user));
  const { id: viewId } = await openView(client, triggerId, view);
  if (!viewId) return;
  try {
    await client.views.update({ view_id: viewId, view: await filled(context, ask) });
  } catch (error) {
    log.warn({ err: error }, "the modal could not be filled; its submission is checked all the same");
  }
}

/** What was typed meanwhile stays: its input has the same id. */
async function filled(context: HandlerContext, { user, target, reason }: OpenMassEnd) {
  const { ports } = context;
  try {
    const attempt = target.scope.what === "everything" ? "lock down" : "revoke all";
    const [found] = await Promise.all([lookAtScope(ports, target.scope), assertAdmin(ports, user, attempt)]);
    return massEndModal(target, { reason, found }, contextFor(context, user));
  } catch (error) {
    if (!(error instanceof Refused) || error.refusal.kind === "look-up-failed") throw error;
    return massEndRefused(target, error.refusal, contextFor(context, user));
  }
}
