/** What was allowed beforehand: the line in the approvals channel, the person's DM, the answer to whoever allowed it, and the list. */
import type { Button } from "@slack/types";
import { type Allowance, statusOf } from "../../domain/allowance.ts";
import { cut, oneLine } from "../messages/text.ts";
import { actions, isFull, quote, section } from "./blocks.ts";
import { button } from "./buttons.ts";
import type { Message, ViewContext } from "./context.ts";
import { plain } from "./inputs.ts";
import { withPings } from "./pings.ts";
import { message, type Renderer, rendererOf } from "./renderer.ts";

/** `first`: a new message, not a redraw; only then those who must allow it too are mentioned. */
export function allowanceLine(a: Allowance, ctx: ViewContext, first: boolean): Message {
  const p = rendererOf(ctx);
  const status = statusOf(a, ctx.now);
  const pings = first && status === "waiting" ? ctx.pings(a.role).filter((who) => who !== a.person.id) : [];
  const row = {
    waiting: actions({ ...allowTooButton(p, a), style: "primary" }, disallow(p, a)),
    standing: actions(disallow(p, a)),
    withdrawn: [],
    over: [],
  }[status];
  return message(
    p,
    (fmt) => withPings(p.words.allowance.line[status](a, p.hub, fmt), pings, fmt),
    [...quote(a.reason), ...row],
    [a.id],
  );
}

export function allowanceDm(a: Allowance, ctx: ViewContext): Message {
  const p = rendererOf({ ...ctx, reader: a.person.id });
  const status = statusOf(a, ctx.now);
  const open = status === "standing" || status === "waiting";
  const { dm } = p.words.allowance;
  const rest = open ? [...quote(a.reason), ...actions(disallow(p, a))] : [];
  return message(p, (fmt) => dm[status](a, p.hub, fmt), rest, [a.id]);
}

/** To whoever just allowed it. */
export function allowedReply(a: Allowance, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const { done } = p.words.allowance;
  const status = statusOf(a, ctx.now);
  return message(p, (fmt) => done[status](a, p.hub, fmt), actions(disallow(p, a)), [a.id]);
}

export function disallowedReply(a: Allowance, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  return message(p, (fmt) => p.words.allowance.done.withdrawn(a, p.hub, fmt), [], [a.id]);
}

export function allowedListReply(all: readonly Allowance[], ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const { list } = p.words.allowance;
  const each = all.map((a) => section(list.line(a, p.hub, p.rich), disallow(p, a)));
  const kept = each.filter((_, i) => !isFull(each.slice(0, i + 1)));
  const more = kept.length < all.length ? [list.more(kept.length, all.length)] : [];
  return message(p, (fmt) => list.head(all.length, p.hub, fmt), kept, [...more, list.how(p.rich)]);
}

const of = (p: Renderer, action: "allowToo" | "disallow", a: Allowance): Button => ({
  ...button(p, action, a.role, cut(oneLine(a.person.name), 18), a.id),
  value: a.id,
});

export const allowTooButton = (p: Renderer, a: Allowance): Button => of(p, "allowToo", a);

function disallow(p: Renderer, a: Allowance): Button {
  const { title, text, yes, no } = p.words.confirm.disallow;
  const confirm = { title: plain(title), text: plain(text), confirm: plain(yes), deny: plain(no) };
  return { ...of(p, "disallow", a), confirm };
}
