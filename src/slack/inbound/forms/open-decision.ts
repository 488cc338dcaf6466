/** The modal in which a request is decided or access ended: opened at once, for its trigger lives 3 s; then it is looked up whether this person may. */
import type { RequestId, UserId } from "../../../domain/ids.ts";
import { type Refusal, Refused } from "../../../domain/refusal.ts";
import type { AccessRequest } from "../../../domain/request.ts";
import { assertMayReview, assertPending } from "../../../flow/decide.ts";
import type { Ports } from "../../../flow/ports.ts";
import { assertMayReviewEmergency, assertReviewable } from "../../../flow/review.ts";
import { assertLive, assertMayRevoke } from "../../../flow/revoke.ts";
import { noteRefused } from "../../../flow/support/note-refused.ts";
import type { DecisionKind } from "../../ids.ts";
import { type DecisionTarget, decisionModal, decisionRefused } from "../../views/index.ts";
import { contextFor, type HandlerContext, localeKnown } from "../context.ts";
import { openView } from "../open-view.ts";

interface Check {
  /** What the record alone says. Throws Refused. */
  record(request: AccessRequest, by: UserId): void;
  /** With a fresh look at who they are. Throws Refused. */
  person(ports: Ports, id: RequestId, by: UserId): Promise<unknown>;
}

const CHECKS: Record<DecisionKind, Check> = {
  approve: {
    record: (r, by) => assertPending(r, by, "approve"),
    person: (ports, id, by) => assertMayReview(ports, id, by, "approve"),
  },
  deny: {
    record: (r, by) => assertPending(r, by, "deny"),
    person: (ports, id, by) => assertMayReview(ports, id, by, "deny"),
  },
  review: { record: assertReviewable, person: assertMayReviewEmergency },
  revoke: { record: assertLive, person: assertMayRevoke },
};

export interface OpenDecision {
  kind: DecisionKind;
  request: AccessRequest;
  user: UserId;
  triggerId: string;
  target: DecisionTarget;
}

/** Resolves when it was looked up. Throws Refused, and what Slack throws when it does not open it. */
export async function openDecision(context: HandlerContext, ask: OpenDecision): Promise<void> {
  const { kind, request, user, triggerId, target } = ask;
  const { id } = request;
  await noteRefused(context.ports, { attempt: kind, id, by: user }, async () =>
    CHECKS[kind].record(request, user),
  );
  const draw = () => decisionModal(kind, request, target, contextFor(context, user));
  const opened = await openView(context.client, triggerId, draw());
  if (opened.id) await lookAfter(context, { ...ask, viewId: opened.id, draw });
}

interface Opened extends OpenDecision {
  viewId: string;
  draw(): ReturnType<typeof decisionModal>;
}

/** What cannot be looked up now is left to the submission, which asks again: a reason is being typed. */
async function lookAfter(
  context: HandlerContext,
  { kind, user, target: { id }, viewId, draw }: Opened,
): Promise<void> {
  const before = localeKnown(context, user);
  const refusal = await refusalFor(context, user, kind, id);
  const locale = localeKnown(context, user);
  if (!refusal && locale === before) return;
  const view = refusal ? decisionRefused(kind, refusal, contextFor(context, user)) : draw();
  await redrawModal(context, id, { viewId, view });
}

/** Never rejects. */
export async function redrawModal(
  { client, log }: HandlerContext,
  id: RequestId,
  { viewId, view }: { viewId: string; view: ReturnType<typeof decisionModal> },
): Promise<void> {
  await client.views.update({ view_id: viewId, view }).catch((error: unknown) => {
    log.warn({ id, err: error }, "the modal could not be updated; its submission is checked all the same");
  });
}

async function refusalFor(
  { ports, log }: HandlerContext,
  user: UserId,
  kind: DecisionKind,
  id: RequestId,
): Promise<Refusal | null> {
  try {
    await noteRefused(ports, { attempt: kind, id, by: user }, () => CHECKS[kind].person(ports, id, user));
    return null;
  } catch (error) {
    if (error instanceof Refused && error.refusal.kind !== "look-up-failed") return error.refusal;
    log.warn({ id, err: error }, "could not look up who may decide");
    return null;
  }
}
