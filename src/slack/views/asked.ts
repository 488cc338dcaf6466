/** What whoever asked is told where they asked, once they were vetted; the rest comes in the DM. */
import { isTaken } from "../../domain/break-glass.ts";
import type { AccessRequest, State } from "../../domain/request.ts";
import type { Message, ViewContext } from "./context.ts";
import { refusedReply } from "./refused.ts";
import { factsOf, message, rendererOf } from "./renderer.ts";

const SILENT: readonly State[] = ["withdrawn", "timedOut", "denied", "ending", "ended"];

/** Undefined where nothing is to be said any more. */
export const vettedReply = (r: AccessRequest): ((ctx: ViewContext) => Message) | undefined =>
  SILENT.includes(r.state) ? undefined : (ctx) => vetted(r, ctx);

function vetted(r: AccessRequest, ctx: ViewContext): Message {
  if (r.state === "refused") return refusedReply(r.refusal, ctx);
  const p = rendererOf(ctx);
  const f = factsOf(p, r);
  const { asked } = p.words;
  return message(p, (fmt) => asked[outcome(r)](f, fmt), [], [r.id]);
}

function outcome(r: AccessRequest) {
  if (r.state === "requested") return "checking";
  if (isTaken(r)) return "emergency";
  if (r.state === "scheduled") return "scheduled";
  if ("decision" in r && r.decision.allowance) return "allowed";
  return "decision" in r && r.decision.by === "policy" ? "approved" : "sent";
}
