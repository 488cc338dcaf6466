/** What the approvals channel must see although no button is left to press. */
import type { Shown } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { Message } from "./context.ts";
import { withPings } from "./pings.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

/** `first`: a new one, which mentions the administrators where only they can help. */
export function alert(p: Renderer, r: AccessRequest, shows: Shown["alert"], first: boolean): Message {
  const f = factsOf(p, r);
  const pings = first && shows === "unproven" ? p.ctx.admins : [];
  return message(p, (fmt) => withPings(p.words.alert[shows](f, fmt), pings, fmt), [], [r.id]);
}
