/** Whether its holder still needs what nobody uses, and what they said. */
import { openQuestion, releasedAt } from "../../domain/idle-due.ts";
import type { Readable } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { actions } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import type { Message } from "./context.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export function idle(p: Renderer, r: AccessRequest, shows: Readable<"idle">): Message {
  const after = r.state === "active" ? (r.idle?.asked?.after ?? 0) : 0;
  const isOpen = shows === "open" || shows === "release";
  const keep = { ...buttons.keepButton(p, r), style: "primary" } as const;
  const row = isOpen ? actions(keep, buttons.releaseButton(p, r)) : [];
  return message(p, (fmt) => p.words.idle[shows](factsOf(p, r), fmt, after), row, [r.id]);
}

/** In a list of one's own. */
export function idleLine(p: Renderer, r: AccessRequest): string[] {
  const asked = openQuestion(r);
  return asked ? [p.words.idle.line(releasedAt(asked), p.rich)] : [];
}
