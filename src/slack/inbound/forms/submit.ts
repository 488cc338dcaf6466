/** A modal's submission: validated before it is acknowledged, decided after. */
import type { ViewErrorsResponseAction } from "@slack/bolt";
import { decideRequest } from "../../../flow/decide.ts";
import { DENY_VIEW } from "../../ids.ts";
import { denyModalBlank, readDeny } from "../../views/index.ts";
import { answer } from "../answer.ts";
import type { HandlerContext } from "../context.ts";
import { Submission } from "../payload.ts";
import { errorReply } from "../reply.ts";

type Ack = (answer?: ViewErrorsResponseAction) => Promise<void>;

export async function handleSubmission(context: HandlerContext, body: unknown, ack: Ack): Promise<void> {
  const { user, callbackId, view } = Submission.parse(body);
  if (callbackId !== DENY_VIEW) {
    context.log.warn({ view: callbackId }, "Slack sent a view that is not ours");
    return ack();
  }
  const { id, terms, channel, why } = readDeny(view);
  if (why === "") {
    const ctx = context.viewContext(context.people.known(user)?.locale ?? context.language);
    return ack({ response_action: "errors", errors: denyModalBlank(ctx) });
  }
  await ack();
  try {
    await decideRequest(context.ports, { id, terms, by: user, verdict: { approve: false, why } });
  } catch (error) {
    await answer(context, { user, channel }, errorReply(context.log, error, id));
  }
}
