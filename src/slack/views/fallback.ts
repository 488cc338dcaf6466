/** Below the card: nobody decided, so others are asked too, and mentioned. */
import type { AccessRequest } from "../../domain/request.ts";
import type { Message } from "./context.ts";
import { othersOf, withPings } from "./pings.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export function fallback(p: Renderer, r: AccessRequest, first: boolean): Message {
  const f = factsOf(p, r);
  const pings = first ? othersOf(r, r.fallback?.by ?? []) : [];
  return message(
    p,
    (fmt) => withPings(p.words.fallback(f, fmt), pings, fmt),
    [],
    [p.words.closes(f, p.rich), r.id],
  );
}
