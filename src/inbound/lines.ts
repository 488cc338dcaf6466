/** One request as a line of a list or a form: as its holder reads it, and as everybody else does. */
import { isUndecided, type Request } from "../request/record.ts";
import { summary } from "../slack/messages/card.ts";
import type { DrawContext } from "../slack/messages/facts.ts";
import { factsFor } from "../slack/messages/facts.ts";
import { refusalReason } from "../slack/messages/refusal.ts";
import { wordsFor } from "../slack/text/index.ts";

export function requestLine(context: DrawContext, request: Request): string {
  const facts = factsFor(context, request);
  if (isUndecided(request)) return wordsFor(context.locale).messages.card.waiting(facts);
  return summary(context, request, facts).head;
}

/** In the words of the DM: "your", not one's own name. */
export function ownLine(context: DrawContext, request: Request): string {
  const { messages, lists } = wordsFor(context.locale);
  const { own } = messages;
  const facts = factsFor(context, request);
  switch (request.state) {
    case "asked":
    case "waiting":
      return `${own.waiting(facts)}\n${own.waitsFor(facts)}`;
    case "scheduled":
      return own.scheduled(facts);
    case "granting":
      return request.trouble ? own.trouble(facts) : own.granting(facts);
    case "active":
      return lists.own(facts.role, facts.hub, facts.endsAt);
    case "ending":
      return request.ending?.unconfirmedAt ? own.unconfirmed(facts) : own.ending(facts);
    default:
      return closedLine(context, request);
  }
}

function closedLine(context: DrawContext, request: Request): string {
  const { closed, own } = wordsFor(context.locale).messages;
  const facts = factsFor(context, request);
  const { kind, refusal } = request.outcome ?? { kind: "failed", refusal: null };
  if (kind === "ended") return own.ended(facts);
  const line = closed(facts, kind, own.terms(facts));
  return refusal ? `${line}\n${refusalReason(context, refusal)}` : line;
}
