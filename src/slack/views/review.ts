/** In the channel, in the card's place: what was taken in an emergency, and what two others say of it. */
import type { KnownBlock } from "@slack/types";
import { isReviewOpen } from "../../domain/break-glass.ts";
import type { Shown } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { Formatter } from "../messages/formatter.ts";
import { actions, quote, section } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import { because } from "./card.ts";
import type { Message } from "./context.ts";
import { withPings } from "./pings.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export function review(p: Renderer, r: AccessRequest, shows: Shown["review"], first: boolean): Message {
  const f = factsOf(p, r);
  const { emergency } = p.words;
  const reviewers = r.emergency?.review ?? [];
  const sentence = (fmt: Formatter): string =>
    withPings(shows === "active" ? emergency.head(f, fmt) : p.words.card[shows](f, fmt), pings, fmt);
  const pings = first ? reviewers.filter((who) => who !== r.requester.id) : [];
  // An approver whom no card mentions must not be mentioned here: that would ping them.
  const named = first ? r.approvers.filter((who) => p.ctx.pings(r.role).includes(who)) : [];
  const row = [
    ...(isReviewOpen(r) ? [buttons.reviewButton(p, r)] : []),
    ...(shows === "active" ? [buttons.revokeButton(p, r)] : []),
  ];
  return message(
    p,
    sentence,
    [
      section(emergency.passedOver(f, p.rich, named)),
      ...quote(r.reason),
      ...because(p, r),
      ...reviews(p, r),
      ...actions(...row),
    ],
    [...reviewLine(p, r), r.id],
  );
}

const reviews = (p: Renderer, r: AccessRequest): KnownBlock[] =>
  (r.emergency?.reviews ?? []).flatMap(({ by, at, comment }) => [
    section(p.words.emergency.reviewedBy(by, at, p.rich)),
    ...quote(comment),
  ]);

/** How far it is; nothing where nothing is to be reviewed. */
export const reviewLine = (p: Renderer, r: AccessRequest): string[] =>
  isReviewOpen(r) || (r.emergency?.reviews.length ?? 0) > 0
    ? [p.words.emergency.reviews(r.emergency?.reviews.length ?? 0)]
    : [];
