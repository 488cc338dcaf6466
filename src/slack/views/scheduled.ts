/** Approved, and it begins later: what the requester hears by DM until then. */
import type { Readable } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { actions, quote } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import { approverNote, lessLine } from "./card.ts";
import type { Message } from "./context.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export function scheduled(p: Renderer, r: AccessRequest, shows: Readable<"scheduled">): Message {
  const f = factsOf(p, r);
  if (shows === "withdrawn") return message(p, (fmt) => p.words.waiting.withdrawn(f, fmt), [], [r.id]);
  return message(
    p,
    (fmt) => p.words.waiting.scheduled(f, fmt),
    [...quote(r.reason), ...lessLine(p, r), ...approverNote(p, r), ...actions(buttons.withdrawButton(p, r))],
    [r.id],
  );
}
