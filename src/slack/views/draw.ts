/** Every message of a record (domain/messages.ts) as blocks; a kind that nothing draws does not compile. */
import {
  kindOf,
  type MessageKey,
  type MessageKind,
  type Shown,
  type Shows,
} from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { alert } from "./alert.ts";
import { card } from "./card.ts";
import type { Message, ViewContext } from "./context.ts";
import { notice, reminder, unproven, waiting } from "./dm.ts";
import { nudge } from "./nudge.ts";
import { type Renderer, rendererOf } from "./renderer.ts";
import { token } from "./token.ts";

interface Drawing {
  p: Renderer;
  r: AccessRequest;
  key: MessageKey;
  first: boolean;
}

const KINDS: { [K in MessageKind]: (d: Drawing, shows: Shown[K]) => Message } = {
  card: ({ p, r, first }, shows) => card(p, r, shows, first),
  waiting: ({ p, r }, shows) => waiting(p, r, shows),
  token: ({ p, r }, shows) => token(p, r, shows),
  notice: ({ p, r }, shows) => notice(p, r, shows),
  unproven: ({ p, r }, shows) => unproven(p, r, shows),
  alert: ({ p, r }, shows) => alert(p, r, shows),
  reminder: ({ p, r, key }, shows) => reminder(p, r, key, shows),
  nudge: ({ p, r, first }) => nudge(p, r, first),
};

/** `first`: a new message, not a redraw; only then a card, or what reminds of it, mentions whom it pings. A token is never in it. */
export function drawMessage(
  r: AccessRequest,
  key: MessageKey,
  shows: Shows,
  ctx: ViewContext,
  first: boolean,
): Message {
  const draw = KINDS[kindOf(key)] as (d: Drawing, shows: Shows) => Message;
  return draw({ p: rendererOf(ctx), r, key, first }, shows);
}
