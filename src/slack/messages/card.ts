/** Draws the card of a request in the approvals channel, in every state, and the notices in its thread. */
import type { KnownBlock } from "@slack/types";
import { canWrite } from "../../policy/path-rules.ts";
import { roleNamed } from "../../policy/roles.ts";
import { isOpen, isUndecided, type Request } from "../../request/record.ts";
import type { Message } from "../slack.ts";
import type { Facts } from "../text/facts.ts";
import { code, escapeText, mention, mentionUser, moment } from "../text/format.ts";
import { wordsFor } from "../text/index.ts";
import { actions, compose, marked, quote, section, context as smallPrint } from "./blocks.ts";
import { decideButtons, requestButton } from "./buttons.ts";
import { type DrawContext, factsFor } from "./facts.ts";
import { refusalReason } from "./refusal.ts";

export function drawCard(context: DrawContext, request: Request): Message {
  const facts = factsFor(context, request);
  const { text, blocks } = isUndecided(request)
    ? drawQuestion(context, request, facts)
    : drawDecided(context, request, facts);
  return { text, blocks: [...marked(dangers(context, request)), ...blocks] };
}

/** "Emergency · writes", while it is open or an emergency waits for its review. */
function dangers({ config, locale }: DrawContext, request: Request): string {
  const role = roleNamed(config, request.role);
  const isEmergency = request.emergency && (isOpen(request) || needsReview(request));
  const isWriting = role !== null && canWrite(role) && (isOpen(request) || isEmergency);
  return wordsFor(locale).messages.about.dangers(isEmergency, isWriting);
}

function drawDecided(context: DrawContext, request: Request, facts: Facts): Message {
  const { text, head } = summary(context, request, facts);
  const buttons = cardButtons(request).map((verb) => requestButton(context, request, verb));
  const body = [
    ...wordsOfBoth(context, request),
    ...section(reviewLine(context, request, facts)),
    ...quote(request.review?.words ?? ""),
  ];

  return compose(text, head, [...body, ...actions(...buttons)], request.id);
}

/** One sentence on where a decided request is now; who asked for somebody else reads the same. */
export function summary(
  context: DrawContext,
  request: Request,
  facts: Facts,
): { text: string; head: string } {
  const { card, notification } = wordsFor(context.locale).messages;
  switch (request.state) {
    case "scheduled":
      return { text: notification.approved(facts), head: card.scheduled(facts) };
    case "granting":
      return request.trouble
        ? { text: notification.trouble(facts), head: card.trouble(facts) }
        : { text: notification.approved(facts), head: card.granting(facts) };
    case "active":
      return request.emergency
        ? { text: notification.emergency(facts), head: card.emergency(facts) }
        : { text: notification.active(facts), head: card.active(facts) };
    case "ending":
      return request.ending?.unconfirmedAt
        ? { text: notification.notConfirmed(facts), head: card.unconfirmed(facts) }
        : { text: notification.ended(facts), head: card.ending(facts) };
    default:
      return closedSummary(context, request, facts);
  }
}

function closedSummary(context: DrawContext, request: Request, facts: Facts): { text: string; head: string } {
  const { card, closed, own, notification } = wordsFor(context.locale).messages;
  const kind = request.outcome?.kind ?? "failed";
  if (kind === "ended") return { text: notification.ended(facts), head: card.ended(facts) };
  const terms = card.terms(facts);
  const refusal = request.outcome?.refusal;
  const why = refusal ? refusalReason(context, refusal) : "";
  return {
    text: notification.closed(facts, kind),
    head: [closed(facts, kind, terms, why), own.proof(facts)].filter(Boolean).join("\n"),
  };
}

function drawQuestion(context: DrawContext, request: Request, facts: Facts): Message {
  const { card, notification, about } = wordsFor(context.locale).messages;
  const role = context.config.roles[request.role];
  const body: KnownBlock[] = [
    ...quote(request.reason),
    ...section(facts.needed > 1 ? card.approvals(facts) : ""),
    ...section(role ? about.can(escapeText(role.description[context.locale])) : ""),
    ...section(role?.confirm ? about.confirm(escapeText(role.confirm[context.locale])) : ""),
    ...smallPrint(...requesterLine(context, request)),
    ...actions(...decideButtons(context, request)),
  ];
  const text = notification.card(facts, escapeText(request.reason));
  return compose(text, card.waiting(facts), body, facts.approvers, about.expires(facts.lapsesAt), request.id);
}

/** Draws the requester as they were when they asked: title, recent grants and denials. */
function requesterLine(context: DrawContext, { history }: Request): string[] {
  const { about } = wordsFor(context.locale).messages;
  if (history === null) return [];
  const { title, grantsIn30Days, lastGrant, deniedToday } = history;
  const { role, at, by } = lastGrant ?? { role: "", at: 0, by: null };
  return [
    title ? `“${escapeText(title.replace(/[*_~`“”]/g, ""), 60)}”` : "",
    grantsIn30Days === 0 ? about.firstRequest : about.grants(grantsIn30Days),
    lastGrant ? about.last(code(role), moment(at), mentionUser(by)) : "",
    deniedToday
      ? about.denied(
          moment(deniedToday.at),
          mentionUser(deniedToday.by),
          escapeText(deniedToday.words.replaceAll("*", ""), 100),
        )
      : "",
  ];
}

const needsReview = ({ emergency, review, activeAt }: Request): boolean =>
  emergency && review === null && activeAt !== null;

function cardButtons(request: Request): ("revoke" | "review")[] {
  const { state } = request;
  const mayEnd = state === "scheduled" || state === "granting" || state === "active";
  return [...(needsReview(request) ? (["review"] as const) : []), ...(mayEnd ? (["revoke"] as const) : [])];
}

const reviewLine = (
  { locale }: DrawContext,
  { emergency, activeAt, review }: Request,
  facts: Facts,
): string =>
  emergency && (activeAt !== null || review !== null) ? wordsFor(locale).messages.card.review(facts) : "";

/** Quotes the person who denied or ended it; the reason of the request becomes small print. */
function wordsOfBoth({ locale }: DrawContext, { reason, ending, outcome }: Request): KnownBlock[] {
  const words = ending?.words || outcome?.words || "";
  if (words === "" || reason === "") return quote(words || reason);
  return [...quote(words), ...smallPrint(wordsFor(locale).messages.about.reason(escapeText(reason)))];
}

/** Draws the one answer, edited later, to a person who asked for somebody else. */
export function drawAsker(context: DrawContext, request: Request): Message {
  const facts = factsFor(context, request);
  const { asker, notification, own } = wordsFor(context.locale).messages;
  if (request.state !== "asked" && request.state !== "waiting") {
    const { text, head } = summary(context, request, facts);
    return compose(text, head, wordsOfBoth(context, request), request.id);
  }
  const body = [
    ...quote(request.reason),
    ...section(`${own.waitsFor(facts)}\n${asker.updates()}`),
    ...actions(requestButton(context, request, "withdraw")),
  ];
  return compose(notification.waiting(facts), asker.waiting(facts), body, request.id);
}

/**
 * Draws a notification in the card's thread: approvers who still decide nothing, an end that is not confirmed, a leak, a
 * DM that cannot be posted.
 */
export function drawChannelNotice(context: DrawContext, request: Request): Message {
  const facts = factsFor(context, request);
  const { any, call, notice, notification, span } = wordsFor(context.locale).messages;
  const { state, fallback, ending } = request;
  if (state === "waiting") {
    const role = context.config.roles[request.role];
    const asked = role?.approval === "none" ? undefined : role?.approval.fallback;
    const after = fallback && asked ? span(asked.after) : "";
    const whom = { ...facts, approvers: asked && after ? any(asked.by.map(mention)) : facts.approvers };
    const head = after ? call.fallback(whom, after) : call.nudge(facts);
    return compose(notification.call(whom, after), head, [], request.id);
  }
  if (ending?.cause === "leaked")
    return compose(notification.leaked(facts), notice.leaked(facts), [], request.id);
  if (ending?.unconfirmedAt && ending.proof)
    return compose(notification.ended(facts), notice.confirmed(facts), [], request.id);
  if (ending?.unconfirmedAt)
    return compose(notification.notConfirmed(facts), notice.unconfirmed(facts), [], request.id);
  return compose(notification.notDelivered(facts), notice.notDelivered(facts), [], request.id);
}
