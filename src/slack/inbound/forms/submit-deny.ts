/** The reason for a denial is sent: the request is decided with it. */
import { decideRequest } from "../../../flow/decide.ts";
import { denyModalBlank, readDeny } from "../../views/index.ts";
import { answer } from "../answer.ts";
import type { HandlerContext } from "../context.ts";
import type { Submission } from "../payload.ts";
import { errorReply } from "../reply.ts";
import type { SubmissionAck } from "./submit.ts";

export async function submitDeny(
  context: HandlerContext,
  { user, view }: Submission,
  ack: SubmissionAck,
): Promise<void> {
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
