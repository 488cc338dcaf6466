/** The request in the approvals channel, at every status. */

import type { KnownBlock } from "@slack/types";
import { roleNamed } from "../../domain/catalog.ts";
import type { Shown } from "../../domain/message-key.ts";
import { type AccessRequest, approvalsOf } from "../../domain/request.ts";
import { cut, escaped, oneLine, shorten } from "../messages/text.ts";
import { backgroundLine } from "./background.ts";
import { actions, quote, section } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import type { Message } from "./context.ts";
import { pingsFor, withPings } from "./pings.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export function card(p: Renderer, r: AccessRequest, shows: Shown["card"], first: boolean): Message {
  if (shows === "pending") return pending(p, r, first);
  const f = factsOf(p, r);
  const revoke = shows === "active" || shows === "scheduled" ? actions(buttons.revokeButton(p, r)) : [];
  const rest = [...quote(r.reason), ...lessLine(p, r), ...extensionLines(p, r), ...because(p, r), ...revoke];
  return message(p, (fmt) => p.words.card[shows](f, fmt), rest, [r.id]);
}

/** The words of whoever approved, denied or revoked it. */
export function because(p: Renderer, r: AccessRequest): KnownBlock[] {
  if (r.state === "denied") return quote(r.why, p.words.deniedBecause);
  const revoked =
    "end" in r && r.end.cause !== "failed" ? quote(r.end.reason ?? "", p.words.revokedBecause) : [];
  return [...approverNote(p, r), ...revoked];
}

function pending(p: Renderer, r: AccessRequest, first: boolean): Message {
  const f = factsOf(p, r);
  const pings = pingsFor(p, r, first);
  // An approver outside the pings must not be mentioned: that would ping them.
  const all = r.approvers.every((who) => pings.includes(who));
  const footer = [p.words.closes(f, p.rich), p.words.decidedBy(f, p.rich, all), r.id];
  const buttonRow = actions(
    buttons.approveButton(p, r),
    ...buttons.lessButton(p, r),
    buttons.denyButton(p, r),
    buttons.moreMenu(p, r),
  );
  const { blocks } = message(
    p,
    (fmt) => withPings(p.words.card.pending(f, fmt), pings, fmt),
    [
      ...quote(r.reason),
      ...lessLine(p, r),
      ...quorumLine(p, r),
      ...allowsLines(p, r),
      ...backgroundLine(p, r),
      ...buttonRow,
    ],
    footer,
  );
  return { text: shorten(p.words.cardText(f, cut(oneLine(r.reason), 150, escaped), p.plain), 150), blocks };
}

/** What was asked for at first, where somebody approved less. */
export function lessLine(p: Renderer, r: AccessRequest): KnownBlock[] {
  const { lessened } = factsOf(p, r);
  return lessened ? [section(p.words.lessened(lessened, p.rich))] : [];
}

/** What made it longer; of many, the last ones. */
function extensionLines(p: Renderer, r: AccessRequest): KnownBlock[] {
  const extensions = ("extensions" in r && r.extensions) || [];
  const lines = extensions.slice(-EXTENSIONS).map((one) => p.words.prolonged(one, p.rich));
  return lines.length > 0 ? [section(lines.join("\n"))] : [];
}
const EXTENSIONS = 5;

/** Where one approval is not enough. */
function quorumLine(p: Renderer, r: AccessRequest): KnownBlock[] {
  const f = factsOf(p, r);
  return f.count > 1 ? [section(p.words.quorum(f, p.rich))] : [];
}

/** The same to those who ask, whom another sentence tells how many it takes. */
export const quorumSoFar = (p: Renderer, r: AccessRequest): KnownBlock[] =>
  approvalsOf(r).length > 0 ? quorumLine(p, r) : [];

/** Of each who approved it, in that order. */
export function approverNote(p: Renderer, r: AccessRequest): KnownBlock[] {
  if (!("decision" in r)) return [];
  const approvals = approvalsOf(r);
  const given = approvals.length > 0 ? approvals : [r.decision];
  const notes = given.flatMap(({ note }) => note || []);
  return notes.flatMap((note, i) => quote(note, i === 0 ? p.words.approvedWith : undefined));
}

/** Nothing when the role has left the catalog. */
export function allowsLines(p: Renderer, r: AccessRequest): KnownBlock[] {
  const role = roleNamed(p.ctx.roles, r.role);
  return role ? [section(p.words.allows(escaped(role.description[p.ctx.locale])))] : [];
}
