/** Every message of a record (domain/messages.ts) as blocks; a kind that nothing draws does not compile. */
import {
  kindOf,
  type MessageKey,
  type MessageKind,
  type Readable,
  type Shows,
} from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { alert } from "./alert.ts";
import { asker, outcome } from "./asker.ts";
import { card } from "./card.ts";
import type { Message, ViewContext } from "./context.ts";
import { gone, notice, reminder, unproven, waiting } from "./dm.ts";
import { fallback } from "./fallback.ts";
import { idle } from "./idle.ts";
import { leak, lost } from "./leak.ts";
import { left } from "./left.ts";
import { nudge } from "./nudge.ts";
import { type Renderer, rendererOf } from "./renderer.ts";
import { review } from "./review.ts";
import { scheduled } from "./scheduled.ts";
import { token } from "./token.ts";
import { use } from "./use.ts";

interface Drawing {
  p: Renderer;
  r: AccessRequest;
  key: MessageKey;
  first: boolean;
}

const KINDS: { [K in Exclude<MessageKind, "delay">]: (d: Drawing, shows: Readable<K>) => Message } = {
  card: ({ p, r, first }, shows) => card(p, r, shows, first),
  review: ({ p, r, first }, shows) => review(p, r, shows, first),
  waiting: ({ p, r }, shows) => waiting(p, r, shows),
  scheduled: ({ p, r }, shows) => scheduled(p, r, shows),
  token: ({ p, r }, shows) => token(p, r, shows),
  notice: ({ p, r }, shows) => notice(p, r, shows),
  unproven: ({ p, r }) => unproven(p, r),
  alert: ({ p, r, first }, shows) => alert(p, r, shows, first),
  leak: ({ p, r, key }, shows) => leak(p, r, key, shows),
  lost: ({ p, r, key, first }, shows) => lost(p, r, key, { shows, first }),
  left: ({ p, r, key, first }) => left(p, r, key, first),
  reminder: ({ p, r, key }) => reminder(p, r, key),
  idle: ({ p, r }, shows) => idle(p, r, shows),
  nudge: ({ p, r, first }) => nudge(p, r, first),
  asker: ({ p, r }, shows) => asker(p, r, shows),
  outcome: ({ p, r }, shows) => outcome(p, r, shows),
  fallback: ({ p, r, first }) => fallback(p, r, first),
  use: ({ p, r }) => use(p, r),
};

/** `first`: a new message, not a redraw; only then a card, what reminds of it, or an alert mentions whom it pings. A token is never in it. */
export function drawMessage(
  r: AccessRequest,
  key: MessageKey,
  shows: Shows,
  ctx: ViewContext,
  first: boolean,
): Message {
  const p = rendererOf(ctx);
  const kind = kindOf(key);
  if (shows === "gone" || kind === "delay") return gone(p, r.id);
  const draw = KINDS[kind] as (d: Drawing, shows: Shows) => Message;
  return draw({ p, r, key, first }, shows);
}

/** Over a message that stands in no record. */
export const outOfDateMessage = (id: string, ctx: ViewContext): Message => gone(rendererOf(ctx), id);
