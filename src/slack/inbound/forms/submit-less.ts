/** Less is approved from its modal. */
import { decideRequest } from "../../../flow/decide.ts";
import { aboutRequest } from "../../../log.ts";
import { lessErrors, lessKept, readLess } from "../../views/index.ts";
import { answer } from "../answer.ts";
import { contextFor } from "../context.ts";
import { errorReply } from "../reply.ts";
import { whileBusy } from "../while-busy.ts";
import type { Submit } from "./submit.ts";
import { takeOrKeep } from "./take-or-keep.ts";

export const submitLess: Submit = async (context, { user, view, triggerId }, ack) => {
  const filled = readLess(view);
  const errors = lessErrors(filled, contextFor(context, user));
  if (errors) return ack({ response_action: "errors", errors });
  const { target, less, note } = filled;
  const { id, terms, channel } = target;
  const verdict = { approve: true, note, less } as const;
  const decide = () => decideRequest(context.ports, { id, terms, by: user, verdict });
  const taken = await aboutRequest(id, () =>
    takeOrKeep(context, {
      work: whileBusy(context, { user, channel }, decide),
      ack,
      errors: (refusal) => lessKept(refusal, contextFor(context, user)),
    }),
  );
  if (taken && "error" in taken)
    await answer(context, { user, channel, triggerId }, errorReply(context.log, taken.error, id));
};
