/** Many grants are to end: a lockdown, or all of a person or role. */
import type { UserId } from "../../../domain/ids.ts";
import { lockDown } from "../../../flow/together/lockdown.ts";
import { revokeAll } from "../../../flow/together/revoke-all.ts";
import {
  lockedReply,
  type MassEndTarget,
  massEndBlank,
  massEndErrors,
  readMassEnd,
  revokedAllReply,
} from "../../views/index.ts";
import { answer } from "../answer.ts";
import { contextFor, type HandlerContext } from "../context.ts";
import { errorReply, type Reply } from "../reply.ts";
import { whileBusy } from "../while-busy.ts";
import type { Submit } from "./submit.ts";
import { takeOrKeep } from "./take-or-keep.ts";

export const submitMassEnd: Submit = async (context, { user, triggerId, view }, ack) => {
  const { target, reason } = readMassEnd(view);
  if (reason === "")
    return ack({ response_action: "errors", errors: massEndBlank(contextFor(context, user)) });
  const { channel, responseUrl } = target;
  const where = { user, channel, responseUrl };
  const end = () => endAll(context, { target, by: user, reason, triggerId });
  const taken = await takeOrKeep(context, {
    work: whileBusy(context, where, end),
    ack,
    errors: (refusal) => massEndErrors(refusal, contextFor(context, user)),
  });
  if (taken)
    await answer(context, where, "error" in taken ? errorReply(context.log, taken.error) : taken.done);
};

interface Ending {
  target: MassEndTarget;
  by: UserId;
  reason: string;
  triggerId: string;
}

async function endAll(
  { ports }: HandlerContext,
  { target: { scope }, by, reason, triggerId }: Ending,
): Promise<Reply> {
  if (scope.what === "everything") {
    const done = await lockDown(ports, { by, reason });
    return (ctx) => lockedReply(done, ctx);
  }
  const affected = await revokeAll(ports, { by, scope, reason, triggerId });
  return (ctx) => revokedAllReply(affected, ctx);
}
