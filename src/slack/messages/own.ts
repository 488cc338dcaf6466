/** Draws the DM of the requester, from the request until their access ends. */
import type { Button } from "@slack/types";
import { releasedAt } from "../../policy/idle.ts";
import { MINUTE } from "../../request/durations.ts";
import type { Request } from "../../request/record.ts";
import type { Secret } from "../../request/secret.ts";
import type { Message } from "../slack.ts";
import type { Facts } from "../text/facts.ts";
import { moment } from "../text/format.ts";
import { wordsFor } from "../text/index.ts";
import { actions, compose, preformatted, quote, section } from "./blocks.ts";
import { openKarpor, primary, requestButton, type Verb } from "./buttons.ts";
import { type DrawContext, factsFor } from "./facts.ts";

const buttonsFor = (context: DrawContext, request: Request, verbs: readonly Verb[]): Button[] =>
  verbs.map((verb) => requestButton(context, request, verb));

/** From the request until access: waiting, approved for later, or approved and kept back by trouble. */
export function drawWaiting(context: DrawContext, request: Request): Message {
  const facts = factsFor(context, request);
  const { own, notification } = wordsFor(context.locale).messages;
  const withdraw = actions(...buttonsFor(context, request, ["withdraw"]));
  if (request.state === "scheduled")
    return compose(notification.approved(facts), own.scheduled(facts), withdraw, request.id);
  if (request.state === "granting")
    return request.trouble
      ? compose(notification.trouble(facts), own.trouble(facts), withdraw, request.id)
      : compose(notification.approved(facts), own.granting(facts), [], request.id);
  return drawUndecided(context, request, facts);
}

function drawUndecided(context: DrawContext, request: Request, facts: Facts): Message {
  const { own, card, notification } = wordsFor(context.locale).messages;
  const lines = [
    own.waitsFor(facts),
    request.nudges > 0 ? own.reminded() : "",
    facts.needed > 1 ? card.approvals(facts) : "",
  ];
  const body = [
    ...quote(request.reason),
    ...section(lines.filter(Boolean).join("\n")),
    ...actions(...buttonsFor(context, request, ["withdraw"])),
  ];
  return compose(notification.waiting(facts), own.waiting(facts), body, request.id);
}

/** The place of the token before it is there. */
export function drawSettingUp(context: DrawContext, request: Request): Message {
  const { text, head } = tokenHead(context, request);
  const { own } = wordsFor(context.locale).messages;
  return compose(text, head, section(own.settingUp()), request.id);
}

/** The only message that ever holds a token: in a block of its own, or with a gateway in the link alone. */
export function drawToken(context: DrawContext, request: Request, token: Secret, expiresAt: number): Message {
  const { text, head } = tokenHead(context, request);
  const { own } = wordsFor(context.locale).messages;
  const { gateway } = context.config.hub;
  const open = primary(openKarpor(context, request, token));
  const buttons = [
    requestButton(context, request, "hide", gateway ? "link" : ""),
    ...buttonsFor(context, request, ["more", "end", "leaked"]),
  ];
  const notes = [
    gateway ? own.logsIn() : own.paste(),
    request.prolongsFrom !== null && request.token.number === 1
      ? own.oldToken(moment(request.prolongsFrom))
      : "",
    shortenedNote(context, request, expiresAt, gateway ? "reveal" : "new-token"),
  ];
  const note = section(notes.filter(Boolean).join("\n"));
  const body = gateway
    ? [...actions(open), ...note, ...actions(requestButton(context, request, "reveal"), ...buttons)]
    : [preformatted(token.reveal()), ...note, ...actions(open, ...buttons)];
  return compose(text, head, body, request.id, request.follows === null ? "" : own.follows(request.follows));
}

/** In a view, for who clicked alone: the token, and the link that logs in. */
export function drawTokenView(
  context: DrawContext,
  request: Request,
  token: Secret,
  expiresAt: number,
): Message {
  const { text, head } = tokenHead(context, request);
  const { own } = wordsFor(context.locale).messages;
  const how = context.config.hub.gateway ? own.orPaste() : own.paste();
  const notes = [how, shortenedNote(context, request, expiresAt, "reveal")];
  const body = [
    preformatted(token.reveal()),
    ...section(notes.filter(Boolean).join("\n")),
    ...actions(primary(openKarpor(context, request, token))),
  ];
  return compose(text, head, body, request.id);
}

/** `verb`: what gives another token. */
function shortenedNote(
  { locale }: DrawContext,
  { endsAt }: Request,
  expiresAt: number,
  verb: "reveal" | "new-token",
): string {
  const { own, button } = wordsFor(locale).messages;
  const isShortened = endsAt !== null && expiresAt < endsAt - MINUTE;
  return isShortened ? own.shortened(moment(expiresAt), button[verb]()) : "";
}

function tokenHead(context: DrawContext, request: Request): { text: string; head: string } {
  const facts = factsFor(context, request);
  const { own, notification } = wordsFor(context.locale).messages;
  if (request.token.why === "new-key") return { text: notification.newToken(facts), head: own.newKey(facts) };
  if (request.token.why === "asked") return { text: notification.newToken(facts), head: own.newToken(facts) };
  return { text: notification.approved(facts), head: own.active(facts) };
}

export function drawHidden(context: DrawContext, request: Request): Message {
  const facts = factsFor(context, request);
  const { own, notification } = wordsFor(context.locale).messages;
  const again = context.config.hub.gateway
    ? [primary(openKarpor(context, request)), requestButton(context, request, "reveal")]
    : [requestButton(context, request, "new-token")];
  const buttons = buttonsFor(context, request, ["more", "end", "leaked"]);
  return compose(notification.hidden(facts), own.hidden(facts), actions(...again, ...buttons), request.id);
}

/** Draws active access whose token no message holds: a click shows one. */
export function drawReveal(context: DrawContext, request: Request): Message {
  const facts = factsFor(context, request);
  const { own, notification } = wordsFor(context.locale).messages;
  const buttons = [
    primary(requestButton(context, request, "reveal")),
    openKarpor(context, request),
    ...buttonsFor(context, request, ["more", "end", "leaked"]),
  ];
  return compose(
    notification.approved(facts),
    own.active(facts),
    [...section(own.reveal()), ...actions(...buttons)],
    request.id,
  );
}

/** When nobody used it for long. */
export function drawNeeded(context: DrawContext, request: Request): Message {
  const release = releasedAt(context.config, request);
  const facts = factsFor(context, release === null ? request : { ...request, endsAt: release });
  const { own, notification } = wordsFor(context.locale).messages;
  const unless = release === null ? "" : wordsFor(context.locale).evidence.unlessKept;
  const buttons = buttonsFor(context, request, ["keep", "end"]);
  return compose(
    notification.stillNeeded(facts),
    own.stillNeeded(facts),
    [...section(unless), ...actions(...buttons)],
    request.id,
  );
}

/** Before the end. */
export function drawReminder(context: DrawContext, request: Request): Message {
  const facts = factsFor(context, request);
  const { own, notification, span } = wordsFor(context.locale).messages;
  const left = span(request.reminded ?? 0);
  const buttons = buttonsFor(context, request, ["more", "end"]);
  return compose(
    notification.reminder(facts, left),
    own.reminder(facts, left),
    actions(...buttons),
    request.id,
  );
}
