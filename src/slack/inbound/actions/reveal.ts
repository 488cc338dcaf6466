/** Show token: its view is opened at once, for its trigger lives 3 s; then it is made, or said why not. */
import type { RequestId, UserId } from "../../../domain/ids.ts";
import type { OpenView } from "../../../flow/ports.ts";
import { revealToken } from "../../../flow/reveal-token.ts";
import { makingModal, noTokenModal } from "../../views/index.ts";
import { contextFor, type HandlerContext } from "../context.ts";
import { redrawModal } from "../forms/open-decision.ts";
import { openView } from "../open-view.ts";
import { errorReply } from "../reply.ts";
import { waitOut } from "../while-busy.ts";
import type { Action } from "./index.ts";
import { targetOf } from "./target.ts";

export const revealAction: Action = async (context, click) => {
  const { client } = context;
  const { id } = targetOf(click);
  const view = makingModal(contextFor(context, click.user));
  const opened = await openView(client, click.triggerId, view);
  if (opened.id && opened.hash)
    await showIn(context, { id, by: click.user, view: { id: opened.id, hash: opened.hash } });
  return undefined;
};

async function showIn(
  context: HandlerContext,
  ask: { id: RequestId; by: UserId; view: OpenView },
): Promise<void> {
  const { id, by, view } = ask;
  try {
    await waitOut(context, () => revealToken(context.ports, ask));
  } catch (error) {
    const ctx = contextFor(context, by);
    const why = errorReply(context.log, error, id)(ctx);
    await redrawModal(context, id, { viewId: view.id, view: noTokenModal(why, ctx) });
  }
}
