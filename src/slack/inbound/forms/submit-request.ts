/** The form that asks for access is sent: errors stand at their inputs; what is right is stored before it closes, and vetted after. */
import { commandOf, type FilledForm, formErrors, readForm } from "../../views/index.ts";
import { answer } from "../answer.ts";
import { storeRequest, vettedAnswer } from "../asked.ts";
import { contextFor, type HandlerContext, requesterOf } from "../context.ts";
import type { Submission } from "../payload.ts";
import { errorReply, knownRefusal, replyOf } from "../reply.ts";
import { soon } from "../soon.ts";
import type { SubmissionAck } from "./submit.ts";

export async function submitRequest(
  context: HandlerContext,
  submission: Submission,
  ack: SubmissionAck,
): Promise<void> {
  const filled = readForm(submission.view, context.ports.policy.roles);
  const outcome = store(context, submission, filled);
  const early = await soon(outcome, context.ackWithin);
  if (early && "error" in early)
    return ack({ response_action: "errors", errors: errorsFor(context, submission, filled, early.error) });
  await ack();
  const { origin } = filled.draft;
  const late = early ?? (await outcome);
  const reply =
    "error" in late
      ? errorReply(context.log, late.error)
      : await replyOf(context.log, () =>
          vettedAnswer(context, late.request, { channel: origin.channel, always: origin.replace }),
        );
  const { user, triggerId } = submission;
  if (reply) await answer(context, { user, triggerId, ...origin }, reply, origin.replace);
}

async function store(context: HandlerContext, { user, name, triggerId }: Submission, { draft }: FilledForm) {
  const requester = requesterOf(context, user, name);
  try {
    return { request: await storeRequest(context, { requester, command: commandOf(draft), triggerId }) };
  } catch (error) {
    return { error };
  }
}

function errorsFor(context: HandlerContext, { user }: Submission, filled: FilledForm, error: unknown) {
  const ctx = contextFor(context, user);
  return formErrors(knownRefusal(context.log, error), filled, ctx);
}
