/** One's open requests and live grants, each with what can be done to it; and the grants one may end. */
import type { KnownBlock } from "@slack/types";
import { openQuestion } from "../../domain/idle-due.ts";
import type { UserId } from "../../domain/ids.ts";
import { displayStatus, isWithdrawable } from "../../domain/lifecycle.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { actions, dotted, isFull, section } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import type { Message, ViewContext } from "./context.ts";
import { idleLine } from "./idle.ts";
import { type Paged, pageOf, placeIn } from "./pages.ts";
import { factsOf, message, type Renderer, rendererOf } from "./renderer.ts";
import { reviewLine } from "./review.ts";
import { lateUse } from "./use.ts";

/** `waiting`: so much waits for the reader. */
export function statusReply(list: Paged<AccessRequest>, waiting: number, ctx: ViewContext): Message {
  const p = rendererOf({ ...ctx, list: placeIn(list.at) });
  const { blocks, place } = pageOf(
    p,
    list,
    (r) => drawOpen(p, r),
    (r) => r.id,
  );
  const total = list.total ?? list.items.length;
  const more = waiting > 0 ? [p.words.lists.pending.more(waiting, p.rich)] : [];
  const foot = total > 0 ? p.words.help.commands(p.rich) : p.words.status.none(p.rich);
  return message(p, (fmt) => p.words.status.head(total, p.hub, fmt), blocks, [...place, ...more, foot]);
}

/** One of them, with what can be done to it. */
export function drawOpen(p: Renderer, r: AccessRequest): KnownBlock[] {
  const forAnother = r.askedBy !== undefined && r.askedBy.id === p.ctx.reader;
  const words = forAnother ? p.words.asker : p.words.waiting;
  const sentence = words[displayStatus(r) ?? "checking"](factsOf(p, r), p.rich);
  return [
    section(
      dotted([sentence, ...lateUse(p, r), ...(forAnother ? [] : idleLine(p, r)), ...reviewLine(p, r), r.id]),
    ),
    ...actions(...(forAnother ? [buttons.forAnother(p, "withdraw", r)] : possible(p, r))),
  ];
}

function possible(p: Renderer, r: AccessRequest) {
  if (isWithdrawable(r)) return [buttons.withdrawButton(p, r)];
  if (r.state !== "active") return [];
  const keep = openQuestion(r) ? [buttons.keepButton(p, r)] : [];
  return [...keep, ...buttons.holderButtons(p, r, r.hidden)];
}

/** One's own grants get Release now, all others Revoke. `why`: typed for all of them. */
export function revokeChoiceReply(
  requests: readonly AccessRequest[],
  ctx: ViewContext,
  viewer: UserId | undefined,
  why: string,
): Message {
  const p = rendererOf({ ...ctx, list: why === "" ? undefined : { why } });
  const { blocks, footer } = page(p, requests, (r) => {
    const own = r.state === "scheduled" ? buttons.withdrawButton(p, r) : buttons.releaseButton(p, r);
    const end = r.requester.id === viewer ? own : buttons.revokeButton(p, r);
    return [section(`${p.words.card[displayStatus(r) ?? "pending"](factsOf(p, r), p.rich)} ${r.id}`, end)];
  });
  return message(p, (fmt) => p.words.revoke.head(requests.length, fmt), blocks, footer);
}

/** As many as one message holds, and how many those are; the ids stand with each. */
function page(p: Renderer, requests: readonly AccessRequest[], draw: (r: AccessRequest) => KnownBlock[]) {
  let blocks: KnownBlock[] = [];
  let shown = 0;
  for (const r of requests) {
    const more = [...blocks, ...draw(r)];
    if (isFull(more)) break;
    blocks = more;
    shown += 1;
  }
  const more = shown < requests.length ? [p.words.status.more(shown, requests.length)] : [];
  return { blocks, footer: [...more, p.words.help.commands(p.rich)] };
}
