/** What the approvals channel must see although no button is left to press. */
import type { Shown } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { mention } from "../messages/formatter.ts";
import type { Message } from "./context.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

/** `first`: a new one, which mentions the administrators where only they can help. */
export function alert(p: Renderer, r: AccessRequest, shows: Shown["alert"], first: boolean): Message {
  const f = factsOf(p, r);
  const pings = first && shows === "unproven" ? p.ctx.admins.map(mention) : [];
  const { text } = message(p, (fmt) => p.words.alert[shows](f, fmt), [], [r.id]);
  const { blocks } = message(p, (fmt) => [p.words.alert[shows](f, fmt), ...pings].join(" "), [], [r.id]);
  return { text, blocks };
}
