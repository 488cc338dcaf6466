/** A click: acknowledged at once; what it brought about is redrawn, or told to whoever pressed, and to nobody else. */
import { SECOND } from "../../../domain/duration.ts";
import { outdatedMessages } from "../../../domain/messages.ts";
import { type Refusal, Refused } from "../../../domain/refusal.ts";
import { drawHome } from "../../../flow/seen/home.ts";
import { aboutRequest } from "../../../log.ts";
import { REQUEST_VIEW } from "../../ids.ts";
import { answer } from "../answer.ts";
import type { HandlerContext } from "../context.ts";
import { handleFormChange } from "../forms/change.ts";
import { Click, FormChange } from "../payload.ts";
import { errorReply } from "../reply.ts";
import { whileBusy } from "../while-busy.ts";
import { type ActionReply, actionFor } from "./index.ts";
import { bearsNoToken, redrawStray } from "./stray.ts";

export async function handleClick(
  context: HandlerContext,
  body: unknown,
  ack: () => Promise<void>,
): Promise<void> {
  await ack();
  const change = FormChange.safeParse(body).data;
  if (change?.callbackId === REQUEST_VIEW) return handleFormChange(context, change);
  const click = { ...Click.parse(body), at: context.ports.clock.now() };
  const action = actionFor(click.action);
  if (!action)
    return context.log.warn({ action: click.action }, "Slack sent a click on a button that is not ours");
  const serve = async () => {
    const result = await outcome(context, click, () =>
      whileBusy(context, click, () => action(context, click)),
    );
    if (result) await answer(context, click, result.reply, result.replace);
  };
  await (click.target ? aboutRequest(click.target.id, serve) : serve());
  if (click.home) await drawHome(context.ports, click.user, { waits: true });
}

async function outcome(
  context: HandlerContext,
  click: Click,
  work: () => Promise<ActionReply | undefined>,
): Promise<ActionReply | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) {
      const wasTwice = await isTwice(context, click, error.refusal);
      await redrawStray(context, click, error.refusal);
      if (wasTwice) return undefined;
    }
    return { reply: errorReply(context.log, error, click.target?.id), replace: isForgotten(click, error) };
  }
}

/** Nothing redraws a message whose record is gone: the answer takes the place of its dead buttons. */
const isForgotten = (click: Click, error: unknown): boolean =>
  click.target !== undefined &&
  bearsNoToken(click) &&
  error instanceof Refused &&
  error.refusal.kind === "unknown-request";

const DOES: Record<string, string> = {
  approve: "approved",
  less: "approved",
  withdraw: "withdrawn",
  release: "ended",
  revoke: "ended",
};

/** Longer than a redraw takes where Slack has room for it. */
const REDRAWN_MS = 5 * SECOND;

/** A double click, or one that Slack delivered twice, on a message that shows the outcome already, or is about to. */
const isTwice = async (context: HandlerContext, click: Click, refusal: Refusal): Promise<boolean> =>
  !click.ephemeral &&
  refusal.kind === "late" &&
  refusal.by?.id === click.user &&
  refusal.did === DOES[click.action] &&
  !(click.at >= refusal.at + REDRAWN_MS && (await isBehind(context, click)));

/** The message shows what was before. Never rejects. */
async function isBehind({ ports }: HandlerContext, { target, ts }: Click): Promise<boolean> {
  const request = target ? await ports.requests.get(target.id).catch(() => null) : null;
  const sent = Object.values(request?.messages ?? {}).find((one) => one.ts === ts);
  if (!request || !sent) return false;
  const isOutdated = outdatedMessages(request).some(({ key }) => request.messages[key] === sent);
  return isOutdated || sent.revision < request.revision;
}
