/** What waits for the reader: requests with their buttons, emergencies to review, and what others would allow beforehand. */
import type { KnownBlock } from "@slack/types";
import type { Allowance } from "../../domain/allowance.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { cut } from "../messages/text.ts";
import { allowTooButton } from "./allowance.ts";
import { actions, dotted, quote, section } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import type { Message, ViewContext } from "./context.ts";
import { type Paged, pageOf, placeIn } from "./pages.ts";
import { factsOf, message, type Renderer, rendererOf } from "./renderer.ts";
import { reviewLine } from "./review.ts";

export type Waiting =
  | { kind: "request" | "review"; request: AccessRequest }
  | { kind: "allowance"; allowance: Allowance };

export const waitingId = (one: Waiting): string =>
  one.kind === "allowance" ? one.allowance.id : one.request.id;

/** Of a long reason the beginning: its card has all of it. */
const REASON = 200;

export function pendingReply(list: Paged<Waiting>, ctx: ViewContext): Message {
  const p = rendererOf({ ...ctx, list: placeIn(list.at) });
  const { blocks, place } = pageOf(p, list, (one) => drawWaiting(p, one), waitingId);
  const total = list.total ?? list.items.length;
  return message(p, (fmt) => p.words.lists.pending.head(total, p.hub, fmt), blocks, [
    ...place,
    p.words.help.commands(p.rich),
  ]);
}

export const drawWaiting = (p: Renderer, one: Waiting): KnownBlock[] => DRAW[one.kind](p, one as never);

const DRAW = {
  request: (p: Renderer, { request: r }: { request: AccessRequest }): KnownBlock[] => {
    const f = factsOf(p, r);
    const parts = [p.words.card.pending(f, p.rich), ...soFar(p, r), p.words.closes(f, p.rich), r.id];
    return [
      section(dotted(parts)),
      ...quote(cut(r.reason, REASON)),
      ...actions(buttons.approveOneButton(p, r), ...buttons.lessButton(p, r), buttons.denyButton(p, r)),
    ];
  },
  review: (p: Renderer, { request: r }: { request: AccessRequest }): KnownBlock[] => {
    const parts = [p.words.emergency.head(factsOf(p, r), p.rich), ...reviewLine(p, r), r.id];
    return [section(dotted(parts), buttons.reviewButton(p, r)), ...quote(cut(r.reason, REASON))];
  },
  allowance: (p: Renderer, { allowance }: { allowance: Allowance }): KnownBlock[] => [
    section(p.words.allowance.list.line(allowance, p.hub, p.rich), allowTooButton(p, allowance)),
  ],
};

/** Where one approval is not enough. */
function soFar(p: Renderer, r: AccessRequest): string[] {
  const f = factsOf(p, r);
  return f.count > 1 ? [p.words.quorum(f, p.rich)] : [];
}
