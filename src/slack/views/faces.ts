/** Every face of a record (domain/faces.ts) as a message; one that nothing draws does not compile. */
import type { Face, Slot } from "../../domain/faces.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { alert } from "./alert.ts";
import { card } from "./card.ts";
import type { Message, ViewContext } from "./context.ts";
import { notice, reminder, unproven, waiting } from "./dm.ts";
import { type Renderer, rendererOf } from "./renderer.ts";
import { token } from "./token.ts";

interface Drawn {
  p: Renderer;
  r: AccessRequest;
  slot: Slot;
  first: boolean;
}

type Kind = Face extends `${infer K}:${string}` ? K : never;
type Stage<K extends Kind> = Extract<Face, `${K}:${string}`> extends `${K}:${infer S}` ? S : never;

const KINDS: { [K in Kind]: (d: Drawn, stage: Stage<K>) => Message } = {
  card: ({ p, r, first }, stage) => card(p, r, stage, first),
  waiting: ({ p, r }, stage) => waiting(p, r, stage),
  token: ({ p, r }, stage) => token(p, r, stage),
  notice: ({ p, r }, stage) => notice(p, r, stage),
  unproven: ({ p, r }, stage) => unproven(p, r, stage),
  alert: ({ p, r }, stage) => alert(p, r, stage),
  reminder: ({ p, r, slot }, stage) => reminder(p, r, slot, stage),
};

/** `first`: a new message, not a redraw; only then a card mentions whom it pings. `token:shown` comes without the token. */
export function drawFace(
  r: AccessRequest,
  slot: Slot,
  face: Face,
  ctx: ViewContext,
  first: boolean,
): Message {
  const [kind, stage] = face.split(":") as [Kind, never];
  return KINDS[kind]({ p: rendererOf(ctx), r, slot, first }, stage);
}
