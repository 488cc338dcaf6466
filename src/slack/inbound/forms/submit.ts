/** A modal's submission, by the view it comes from. A new one: a file, and a line in the table. */
import type { ViewErrorsResponseAction } from "@slack/bolt";
import { DECISION_VIEWS, LESS_VIEW, MASS_END_VIEW, MORE_VIEW, REQUEST_VIEW } from "../../ids.ts";
import type { HandlerContext } from "../context.ts";
import { Submission } from "../payload.ts";
import { submitDecision } from "./submit-decision.ts";
import { submitLess } from "./submit-less.ts";
import { submitMassEnd } from "./submit-mass-end.ts";
import { submitMore } from "./submit-more.ts";
import { submitRequest } from "./submit-request.ts";

export type SubmissionAck = (answer?: ViewErrorsResponseAction) => Promise<void>;

/** Validated before it is acknowledged, decided after. */
export type Submit = (context: HandlerContext, submission: Submission, ack: SubmissionAck) => Promise<void>;

const TABLE: Readonly<Record<string, Submit>> = {
  [DECISION_VIEWS.approve]: submitDecision("approve"),
  [DECISION_VIEWS.deny]: submitDecision("deny"),
  [DECISION_VIEWS.revoke]: submitDecision("revoke"),
  [DECISION_VIEWS.review]: submitDecision("review"),
  [LESS_VIEW]: submitLess,
  [MASS_END_VIEW]: submitMassEnd,
  [MORE_VIEW]: submitMore,
  [REQUEST_VIEW]: submitRequest,
};

export async function handleSubmission(
  context: HandlerContext,
  body: unknown,
  ack: SubmissionAck,
): Promise<void> {
  const submission = Submission.parse(body);
  const { callbackId } = submission;
  const submit = Object.hasOwn(TABLE, callbackId) ? TABLE[callbackId] : undefined;
  if (submit) {
    await submit(context, submission, ack);
    // It may have been opened there.
    return context.ports.homes.outdated([submission.user], 0);
  }
  context.log.warn({ view: callbackId }, "Slack sent a view that is not ours");
  await ack();
}
