/** What was done in a list takes its place, with what is left still at hand. */
import type { UserId } from "../../../domain/ids.ts";
import type { AccessRequest } from "../../../domain/request.ts";
import { openRequests } from "../../../flow/seen/status.ts";
import type { InList } from "../../ids.ts";
import { type Done, doneReply, type Message, statusReply, type ViewContext } from "../../views/index.ts";
import type { HandlerContext } from "../context.ts";
import { pendingPage } from "../pages/pending.ts";
import { restOf } from "../pages/rest.ts";
import type { Click } from "../payload.ts";
import type { Reply } from "../reply.ts";
import type { ActionReply } from "./index.ts";

export async function endedInList(
  replace: boolean,
  request: AccessRequest,
  others: () => Promise<AccessRequest[]>,
  draw: (left: AccessRequest[], ctx: ViewContext) => Message,
): Promise<Reply | undefined> {
  if (!replace) return undefined;
  // It is ended already: a list that cannot be read is left out.
  const left = (await others().catch(() => [])).filter(({ id }) => id !== request.id);
  const done: Reply = (ctx) => doneReply("ending", request, ctx);
  return left.length === 0 ? done : above(done, (ctx) => draw(left, ctx));
}

export interface Decided {
  kind: Done;
  request: AccessRequest;
  /** Where that stood. */
  list: InList | undefined;
}

/** In the list of what one has open: they stay on its page. */
export const endedInStatus = async (
  { ports }: HandlerContext,
  click: Click,
  request: AccessRequest,
): Promise<ActionReply | undefined> => {
  const at = { from: 0, ...click.target?.list?.page, list: "status" } as const;
  const rest = (left: AccessRequest[]) => restOf(left, at, ({ id }) => id);
  const draw = (left: AccessRequest[], ctx: ViewContext) => statusReply(rest(left), 0, ctx);
  const reply = await endedInList(click.ephemeral, request, () => openRequests(ports, click.user), draw);
  return reply && { reply, replace: true };
};

/** In the list of what waits for whoever decided: they stay on its page. */
export async function decidedInList(
  context: HandlerContext,
  user: UserId,
  { kind, request, list }: Decided,
): Promise<Reply> {
  const done: Reply = (ctx) => doneReply(kind, request, ctx);
  const at = { from: 0, ...list?.page, list: "pending" } as const;
  const rest = await pendingPage(context, user, at).catch(() => null);
  return rest ? above(done, rest) : done;
}

const above =
  (first: Reply, second: Reply): Reply =>
  (ctx) => {
    const { text, blocks } = first(ctx);
    return { text, blocks: [...blocks, ...second(ctx).blocks] };
  };
