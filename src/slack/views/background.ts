/** What an approver wants to know of the requester before they decide: one line on the card, as it was when it was asked. */
import type { ContextBlock } from "@slack/types";
import type { AccessRequest } from "../../domain/request.ts";
import { inMarks } from "../messages/text.ts";
import { context } from "./blocks.ts";
import type { Renderer } from "./renderer.ts";

const TITLE = 60;
/** So many of the roles that they hold are named. */
const HOLDS = 5;

/** Nobody in it is mentioned: that would ping them. */
export function backgroundLine(p: Renderer, r: AccessRequest): ContextBlock[] {
  const parts = backgroundParts(p, r);
  return parts.length === 0 ? [] : [context(parts)];
}

/** The same, to stand beside something else. */
export function backgroundParts(p: Renderer, { background: known, requestedAt }: AccessRequest): string[] {
  if (!known) return [];
  const words = p.words.background;
  const parts = [
    inMarks(known.title ?? "", TITLE),
    known.timeZone ? words.local(clockIn(known.timeZone, requestedAt)) : "",
    ...known.holds.slice(0, HOLDS).map((held) => words.holds(held, p.rich)),
    known.holds.length > HOLDS ? words.holdsMore(known.holds.length - HOLDS) : "",
    words.grants(known, p.rich),
    known.denied ? words.denied(known.denied, p.rich) : "",
  ];
  return parts.filter((part) => part !== "");
}

/** By zone: to make one takes longer than to draw a card. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Nothing where the zone is unknown to us. */
function clockIn(timeZone: string, at: number): string {
  try {
    const clock =
      clocks.get(timeZone) ??
      new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
    clocks.set(timeZone, clock);
    return clock.format(at);
  } catch {
    return "";
  }
}
