/** The approvals channel is told of a token that leaked, and of another that gave way and may still work; and what became of each. */
import { formerOf } from "../../domain/former.ts";
import { type MessageKey, numberOf, type Shown } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { type Facts, factsOfFormer } from "../messages/facts.ts";
import type { Message } from "./context.ts";
import { withPings } from "./pings.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export const leak = (p: Renderer, r: AccessRequest, key: MessageKey, shows: Shown["leak"]): Message =>
  message(p, (fmt) => p.words.leak[shows](factsFor(p, r, key), fmt), [], [r.id]);

/** `first`: a new one, which mentions the administrators, as that of an end does. */
export function lost(
  p: Renderer,
  r: AccessRequest,
  key: MessageKey,
  { shows, first }: { shows: Shown["lost"]; first: boolean },
): Message {
  const pings = first && shows === "unproven" ? p.ctx.admins : [];
  const f = factsFor(p, r, key);
  return message(p, (fmt) => withPings(p.words.lost[shows](f, fmt), pings, fmt), [], [r.id]);
}

function factsFor(p: Renderer, r: AccessRequest, key: MessageKey): Facts {
  const former = formerOf(r).find(({ generation }) => generation === numberOf(key));
  const f = factsOf(p, r);
  return former ? factsOfFormer(f, former) : f;
}
