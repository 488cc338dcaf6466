/** What a command that was stored is answered with. */
import type { AccessRequest } from "../../domain/request.ts";
import { actions } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import type { Message, ViewContext } from "./context.ts";
import { factsOf, message, rendererOf } from "./renderer.ts";

export function askedReply(r: AccessRequest, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const f = factsOf(p, r);
  if (r.approvers.length === 0) return message(p, (fmt) => p.words.byPolicy(f, fmt), [], [r.id]);
  const open = r.state === "requested" || r.state === "pending";
  const row = open ? actions(buttons.withdrawButton(p, r)) : [];
  const footer = [r.id, p.words.lapses(f, p.rich), p.words.answerByDm];
  return message(p, (fmt) => p.words.asked(f, fmt), row, footer);
}
