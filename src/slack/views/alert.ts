/** What the approvals channel must see although no button is left to press. */
import type { AccessRequest } from "../../domain/request.ts";
import type { Message } from "./context.ts";
import { factsOf, message, type Pen } from "./renderer.ts";

export function alert(p: Pen, r: AccessRequest, stage: "unproven" | "proven" | "failed"): Message {
  const f = factsOf(p, r);
  return message(p, (say) => p.words.alert[stage](f, say), [], [r.id]);
}
