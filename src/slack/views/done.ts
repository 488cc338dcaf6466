/** Small confirmations to the one who pressed, and the one sentence for what nobody foresaw. */
import type { AccessRequest } from "../../domain/request.ts";
import type { Message, ViewContext } from "./context.ts";
import { factsOf, message, pen } from "./renderer.ts";

export type Done = "approved" | "denied" | "withdrawn" | "hidden" | "ending";

export function done(kind: Done, r: AccessRequest, ctx: ViewContext): Message {
  const p = pen(ctx);
  const f = factsOf(p, r);
  return message(p, (say) => p.words.done[kind](f, say), [], [r.id]);
}

export function trouble(id: string | undefined, ctx: ViewContext): Message {
  const p = pen(ctx);
  return message(p, (say) => p.words.trouble(id, say), [], [id ?? p.words.refusedFooter]);
}
