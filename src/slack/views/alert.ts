/** What the approvals channel must see although no button is left to press. */
import type { Shown } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { Message } from "./context.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export function alert(p: Renderer, r: AccessRequest, shows: Shown["alert"]): Message {
  const f = factsOf(p, r);
  return message(p, (fmt) => p.words.alert[shows](f, fmt), [], [r.id]);
}
