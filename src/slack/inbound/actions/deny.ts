/** Deny…: the modal opens at once, for its trigger lives 3 s; then it is looked up whether this person may. */

import { lateFor } from "../../../domain/lifecycle.ts";
import { type Refusal, Refused } from "../../../domain/refusal.ts";
import { assertMayReview } from "../../../flow/decide.ts";
import { load } from "../../../flow/support/load.ts";
import { type DenyTarget, denyModal, denyModalRefused } from "../../views/index.ts";
import type { HandlerContext } from "../context.ts";
import type { Click } from "../payload.ts";
import type { Action } from "./index.ts";
import { targetOf } from "./target.ts";

export const denyAction: Action = async (context, click) => {
  const { id, terms } = targetOf(click);
  const request = await load(context.ports, id);
  if (request.state !== "pending") throw new Refused(lateFor(request));
  const { role, requester } = request;
  const target = { id, terms, role, name: requester.name, channel: click.channel ?? "", ts: click.ts };
  const viewId = await openAtOnce(context, click, target);
  if (viewId) await lookAfter(context, click, viewId, target);
  return undefined;
};

const localeNow = ({ people, language }: HandlerContext, { user }: Click) =>
  people.known(user)?.locale ?? language;

async function openAtOnce(
  context: HandlerContext,
  click: Click,
  target: DenyTarget,
): Promise<string | undefined> {
  const view = denyModal(target, context.viewContext(localeNow(context, click)));
  const opened = await context.client.views.open({ trigger_id: click.triggerId, view });
  return opened.view?.id;
}

/** What cannot be looked up now is left to the submission, which asks again: a reason is being typed. */
async function lookAfter(
  context: HandlerContext,
  click: Click,
  view_id: string,
  target: DenyTarget,
): Promise<void> {
  const before = localeNow(context, click);
  const refusal = await refusalFor(context, click, target);
  const ctx = context.viewContext(localeNow(context, click));
  if (!refusal && ctx.locale === before) return;
  const view = refusal ? denyModalRefused(refusal, ctx) : denyModal(target, ctx);
  await context.client.views.update({ view_id, view }).catch((error: unknown) => {
    context.log.warn(
      { id: target.id, err: error },
      "the modal could not be updated; its submission is checked all the same",
    );
  });
}

async function refusalFor(
  { ports, log }: HandlerContext,
  { user }: Click,
  { id }: DenyTarget,
): Promise<Refusal | null> {
  try {
    await assertMayReview(ports, id, user);
    return null;
  } catch (error) {
    if (error instanceof Refused && error.refusal.kind !== "look-up-failed") return error.refusal;
    log.warn({ id, err: error }, "could not look up who may deny");
    return null;
  }
}
