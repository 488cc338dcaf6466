/** Less is approved from its modal. */
import { decideRequest } from "../../../flow/decide.ts";
import { aboutRequest } from "../../../log.ts";
import { lessErrors, readLess } from "../../views/index.ts";
import { answer } from "../answer.ts";
import { contextFor } from "../context.ts";
import { errorReply } from "../reply.ts";
import { whileBusy } from "../while-busy.ts";
import type { Submit } from "./submit.ts";

export const submitLess: Submit = async (context, { user, view, triggerId }, ack) => {
  const filled = readLess(view);
  const errors = lessErrors(filled, contextFor(context, user));
  if (errors) return ack({ response_action: "errors", errors });
  await ack();
  const { target, less, note } = filled;
  const { id, terms, channel } = target;
  const verdict = { approve: true, note, less } as const;
  const reach = { user, channel, triggerId };
  try {
    const decide = async () => void (await decideRequest(context.ports, { id, terms, by: user, verdict }));
    await aboutRequest(id, () => whileBusy(context, reach, decide));
  } catch (error) {
    await answer(context, reach, errorReply(context.log, error, id));
  }
};
