/** What was done with an access: in a list, and in its story. */
import type { SectionBlock } from "@slack/types";
import type { RequestId } from "../../domain/ids.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { NO_USE, type SeenUse, type UseChange } from "../../domain/use.ts";
import type { Formatter } from "../messages/formatter.ts";
import { section } from "./blocks.ts";
import type { Message } from "./context.ts";
import { message, type Renderer } from "./renderer.ts";

/** Below the card, once it is over. */
export function use(p: Renderer, r: AccessRequest): Message {
  const told = r.state === "ended" ? r.use : undefined;
  const isIdle = r.state === "ended" && r.end.cause === "idle";
  const line = (fmt: Formatter) => p.words.use.line(told ?? NO_USE, fmt);
  return message(p, (fmt) => (isIdle ? p.words.use.idle(line(fmt), fmt) : line(fmt)), [], [r.id]);
}

/** On the receipt. */
export function receiptLine(p: Renderer, r: AccessRequest): SectionBlock[] {
  if (r.state !== "ended" || !r.use) return [];
  const enough = r.enough === undefined ? [] : [p.words.use.enough(r.enough, p.rich)];
  return [section([p.words.use.line(r.use, p.rich), ...enough].join(" · "))];
}

/** Nothing where it is not known, or was never given. */
export function lateUse(p: Renderer, { id }: { id: RequestId }): string[] {
  const use = p.ctx.uses?.get(id);
  return use ? [p.words.use.lately(use, p.rich)] : [];
}

/** So many addresses and clients are named, where they are to be listed. */
const LISTED = 20;

export function drawUse(p: Renderer, use: SeenUse): SectionBlock {
  const listed = [...(use.from ?? []), ...(use.by ?? [])].slice(0, LISTED).map(p.rich.code);
  const places = use.addresses > 0 ? [p.words.use.places(use)] : [];
  return section([p.words.use.line(use, p.rich), ...places, ...listed].join(" · "));
}

export const drawChange = (p: Renderer, change: UseChange) =>
  section(`${p.rich.exact(change.at)} · ${p.words.use.change(change, p.rich)}`);
