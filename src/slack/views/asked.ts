/** What a command that was stored is answered with. */
import type { AccessRequest } from "../../domain/request.ts";
import { actions } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import type { Message, ViewContext } from "./context.ts";
import { factsOf, message, pen } from "./renderer.ts";

export function asked(r: AccessRequest, ctx: ViewContext): Message {
  const p = pen(ctx);
  const f = factsOf(p, r);
  if (r.approvers.length === 0) return message(p, (say) => p.words.byPolicy(f, say), [], [r.id]);
  const open = r.state === "asked" || r.state === "pending";
  const row = open ? actions(buttons.withdraw(p, r)) : [];
  const footer = [r.id, p.words.lapses(f, p.rich), p.words.answerByDm];
  return message(p, (say) => p.words.asked(f, say), row, footer);
}
