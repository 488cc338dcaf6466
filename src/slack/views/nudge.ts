/** Below the card: it still waits, and those asked are mentioned once more. */
import type { AccessRequest } from "../../domain/request.ts";
import type { Message } from "./context.ts";
import { pingsFor, withPings } from "./pings.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export function nudge(p: Renderer, r: AccessRequest, first: boolean): Message {
  const f = factsOf(p, r);
  const pings = pingsFor(p, r, first);
  return message(
    p,
    (fmt) => withPings(p.words.nudge(f, fmt), pings, fmt),
    [],
    [p.words.closes(f, p.rich), r.id],
  );
}
