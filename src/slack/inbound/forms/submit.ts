/** A modal's submission: validated before it is acknowledged, decided after. */
import type { ViewErrorsResponseAction } from "@slack/bolt";
import { decide } from "../../../flow/decide.ts";
import { DENY_VIEW } from "../../ids.ts";
import { denyModalBlank, readDeny } from "../../views/index.ts";
import { answer } from "../answer.ts";
import type { Desk } from "../context.ts";
import { Submission } from "../payload.ts";
import { sorry } from "../reply.ts";

type Ack = (answer?: ViewErrorsResponseAction) => Promise<void>;

export async function handleSubmission(desk: Desk, body: unknown, ack: Ack): Promise<void> {
  const { user, callbackId, view } = Submission.parse(body);
  if (callbackId !== DENY_VIEW) {
    desk.log.warn({ view: callbackId }, "Slack sent a view that is not ours");
    return ack();
  }
  const { id, terms, channel, why } = readDeny(view);
  if (why === "") {
    const ctx = desk.context(desk.people.known(user)?.locale ?? desk.language);
    return ack({ response_action: "errors", errors: denyModalBlank(ctx) });
  }
  await ack();
  try {
    await decide(desk.ports, { id, terms, by: user, verdict: { approve: false, why } });
  } catch (error) {
    await answer(desk, { user, channel }, sorry(desk.log, error, id));
  }
}
