/** Below the card: it still waits, and those asked are mentioned once more. */
import type { AccessRequest } from "../../domain/request.ts";
import { mention } from "../messages/formatter.ts";
import type { Message } from "./context.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export function nudge(p: Renderer, r: AccessRequest, first: boolean): Message {
  const f = factsOf(p, r);
  const pings = first
    ? p.ctx
        .pings(r.role)
        .filter((who) => who !== r.requester.id)
        .map(mention)
    : [];
  return message(
    p,
    (fmt) => [p.words.nudge(f, fmt), ...(fmt.rich ? pings : [])].join(" "),
    [],
    [p.words.closes(f, p.rich), r.id],
  );
}
