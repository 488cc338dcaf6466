/** The administrators are told of a token that Slack refuses to take away. */
import { leftTokens } from "../../domain/left-tokens.ts";
import { type MessageKey, numberOf } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { Message } from "./context.ts";
import { withPings } from "./pings.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

/** `first`: a new one, which mentions them. */
export function left(p: Renderer, r: AccessRequest, key: MessageKey, first: boolean): Message {
  const token = leftTokens(r).find(({ number }) => number === numberOf(key));
  const pings = first ? p.ctx.admins : [];
  const f = factsOf(p, r);
  return message(p, (fmt) => withPings(p.words.tokenLeft(f, token, fmt), pings, fmt), [], [r.id]);
}
