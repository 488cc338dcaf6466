/** The DM that holds the token while it is of use, and what stands there before. */
import type { Readable } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { beginsAt } from "../../domain/window.ts";
import { actions, preformatted, section } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import { allowsLines, approverNote, lessLine } from "./card.ts";
import type { Message, ViewContext } from "./context.ts";
import { factsOf, message, type Renderer, rendererOf } from "./renderer.ts";

/** The only message that ever holds a token, and only in a block of its own. */
export function drawToken(r: AccessRequest, token: string, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const f = factsOf(p, r);
  const shortened = "grant" in r && r.grant?.shortened;
  const notes = shortened ? [section(p.words.shortened(p.words.grammar.span(given(r))))] : [];
  const row = actions(
    { ...buttons.dashboardButton(p, r), style: "primary" },
    ...buttons.holderButtons(p, r, false),
  );
  return message(
    p,
    (fmt) => p.words.token.shown(f, fmt),
    [
      preformatted(token),
      section(p.words.paste),
      ...lessLine(p, r),
      ...approverNote(p, r),
      ...notes,
      ...allowsLines(p, r),
      ...row,
    ],
    [r.id],
  );
}

/** What the hub really gave from the approval on; clocks differ by seconds, so to the minute. */
function given(r: AccessRequest): number {
  if (!("grant" in r && r.grant) || !("decision" in r)) return r.duration;
  return Math.round((r.grant.tokenExpiresAt - beginsAt(r)) / 60_000) * 60_000;
}

function possible(p: Renderer, r: AccessRequest, shows: Readable<"token">) {
  if (shows === "hidden") return buttons.holderButtons(p, r, true);
  if (shows === "reveal")
    return [{ ...buttons.revealButton(p, r), style: "primary" as const }, ...buttons.besideReveal(p, r)];
  return shows === "shown" ? [...buttons.moreButton(p, r), buttons.releaseButton(p, r)] : [];
}

/** Without the token: this can always be drawn, also over it. */
export function token(p: Renderer, r: AccessRequest, shows: Readable<"token">): Message {
  const f = factsOf(p, r);
  const notes = shows === "reveal" ? [...lessLine(p, r), ...approverNote(p, r), ...allowsLines(p, r)] : [];
  return message(
    p,
    (fmt) => p.words.token[shows](f, fmt),
    [...notes, ...actions(...possible(p, r, shows))],
    [r.id],
  );
}
