/** More time is asked for from its form: errors stand at their inputs; what is right is stored before it closes, and vetted after. */
import { askMoreTime } from "../../../flow/ask-more-time.ts";
import { moreErrors, readMore } from "../../views/index.ts";
import { answer } from "../answer.ts";
import { vettedAnswer } from "../asked.ts";
import { contextFor } from "../context.ts";
import { errorReply, knownRefusal, replyOf } from "../reply.ts";
import { soon } from "../soon.ts";
import type { Submit } from "./submit.ts";

export const submitMore: Submit = async (context, { user, triggerId, view }, ack) => {
  const { id, origin, duration, reason } = readMore(view);
  const asked = askMoreTime(context.ports, { id, by: user, duration, reason, triggerId });
  const outcome = asked.then(
    (request) => ({ request }),
    (error: unknown) => ({ error }),
  );
  const early = await soon(outcome, context.ackWithin);
  if (early && "error" in early) {
    const errors = moreErrors(knownRefusal(context.log, early.error, id), contextFor(context, user));
    return ack({ response_action: "errors", errors });
  }
  await ack();
  const late = early ?? (await outcome);
  const { channel, replace } = origin;
  const reply =
    "error" in late
      ? errorReply(context.log, late.error, id)
      : await replyOf(context.log, () => vettedAnswer(context, late.request, { channel, always: replace }));
  if (reply) await answer(context, { user, triggerId, ...origin }, reply, replace);
};
