/** What the requester hears by DM besides the token: waiting, news, reminders, an end not proven yet. */
import type { Button, KnownBlock } from "@slack/types";
import { MINUTE } from "../../domain/duration.ts";
import { type MessageKey, numberOf, type Readable, type Shown } from "../../domain/message-key.ts";
import type { ChangedTerm, Refusal } from "../../domain/refusal.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { Formatter } from "../messages/formatter.ts";
import { actions, quote, section } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import { lessLine, quorumSoFar } from "./card.ts";
import type { Message } from "./context.ts";
import { refusalSentence } from "./refused.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";
import { reviewLine } from "./review.ts";
import { receiptLine } from "./use.ts";

export function waiting(p: Renderer, r: AccessRequest, shows: Readable<"waiting">): Message {
  const f = factsOf(p, r);
  const asked = shows === "pending" || shows === "nudged";
  const who = asked ? [section(p.words.decides(f, p.rich, r.askedBy)), ...quorumSoFar(p, r)] : [];
  const nudge = shows === "pending" ? [buttons.nudgeButton(p, r)] : [];
  const row = asked || shows === "not-delivered" ? actions(buttons.withdrawButton(p, r), ...nudge) : [];
  const footer = shows === "not-delivered" ? [p.words.closes(f, p.rich), r.id] : [r.id];
  return message(
    p,
    (fmt) => p.words.waiting[shows](f, fmt),
    [...quote(r.reason), ...lessLine(p, r), ...who, ...row],
    footer,
  );
}

export function notice(p: Renderer, r: AccessRequest, noticed: Shown["notice"]): Message {
  const f = factsOf(p, r);
  const shows = noticed === "used" ? "ended" : noticed;
  const sentence = (fmt: Formatter): string => {
    if (shows !== "refused") return p.words.notice[shows](f, fmt);
    return refusalSentence(p.words, r.state === "refused" ? r.refusal : { kind: "stale", id: r.id }, fmt);
  };
  const again = againOf(p, r);
  const row = mayAskAgain(r, shows) ? actions(again) : [];
  return message(
    p,
    sentence,
    [...words(r), ...proofLines(p, r, shows), ...receiptLine(p, r), ...row],
    [...reviewLine(p, r), r.id],
  );
}

/** Of more time: while its grant stands, that is asked for in its own form. */
function againOf(p: Renderer, r: AccessRequest): Button {
  const { extends: grant } = r;
  if (grant && "at" in r && r.at < grant.until && !isOver(r))
    return buttons.askMoreButton(p, { id: grant.id, terms: r.terms, role: r.role });
  return isDenied(r) ? buttons.changeButton(p, r) : buttons.againButton(p, r);
}

const isOver = (r: AccessRequest): boolean =>
  r.state === "refused" && r.refusal.kind === "terms-changed" && r.refusal.what === "ended";

/** The same once more would be denied again. */
const isDenied = (r: AccessRequest): boolean =>
  r.state === "denied" || (r.state === "refused" && r.refusal.kind === "check-denied");

/** Of whoever denied or revoked it; one's own where nothing came of it. */
function words(r: AccessRequest): KnownBlock[] {
  if (r.state === "denied") return quote(r.why);
  if (!("end" in r)) return quote(r.reason);
  // Why it failed, the sentence says.
  return quote((r.end.cause !== "failed" && r.end.reason) || "");
}

/** A revoked person is told at once, and again when it is proved. */
function proofLines(p: Renderer, r: AccessRequest, shows: Shown["notice"]): KnownBlock[] {
  const f = factsOf(p, r);
  if (shows === "revoked") return [section(p.words.notice.stops(f, p.rich))];
  return shows === "ended" && f.end.cause === "revoked" ? [section(p.words.notice.confirmed(f, p.rich))] : [];
}

const PASSING: readonly Refusal["kind"][] = [
  "look-up-failed",
  "store-down",
  "unsure",
  "nobody-can-approve",
  "check-denied",
  "check-silent",
];
/** Rules under which the same can be asked for, perhaps for less. */
const CHANGED: readonly ChangedTerm[] = ["other-rights", "too-long", "approval", "nobody-left", "ended"];

/** No button where asking again would be refused for the same reason. */
export function mayAskAgain(r: AccessRequest, shows: Shown["notice" | "outcome"]): boolean {
  // Not while the one before still ends.
  if (shows === "revoked" || shows === "released") return false;
  if (r.state === "refused" && r.refusal.kind === "terms-changed") return CHANGED.includes(r.refusal.what);
  if (r.state === "refused") return PASSING.includes(r.refusal.kind);
  return !("end" in r) || (r.end.failure !== "recipient-gone" && r.end.cause !== "departed");
}

export function unproven(p: Renderer, r: AccessRequest): Message {
  const f = factsOf(p, r);
  return message(p, (fmt) => p.words.waiting.unproven(f, fmt), [], [r.id]);
}

export function reminder(p: Renderer, r: AccessRequest, key: MessageKey): Message {
  const f = factsOf(p, r);
  // It may come late.
  const left = Math.min(numberOf(key), Math.max(f.endsAt - p.ctx.now, MINUTE));
  return message(
    p,
    (fmt) => p.words.reminder(f, fmt, left),
    actions(...buttons.moreButton(p, r), buttons.releaseButton(p, r)),
    [r.id],
  );
}

/** Over what Slack lets nobody delete. */
export const gone = (p: Renderer, id: string): Message => message(p, (fmt) => p.words.gone(fmt), [], [id]);
