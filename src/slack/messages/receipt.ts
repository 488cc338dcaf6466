/** Draws the receipt that remains in the DM: that access ended, then the proof; or how a request closed that never began. */
import type { Button } from "@slack/types";
import type { EndCause, Request } from "../../request/record.ts";
import { REFUSALS, type RefusalNote } from "../../request/refused.ts";
import type { Message } from "../slack.ts";
import type { Facts } from "../text/facts.ts";
import { escapeText, plainWords } from "../text/format.ts";
import { wordsFor } from "../text/index.ts";
import { actions, compose, quote, section, context as smallPrint } from "./blocks.ts";
import { requestButton } from "./buttons.ts";
import { type DrawContext, factsFor } from "./facts.ts";
import { refusalButtons, refusalSentence } from "./refusal.ts";
import { usageLine } from "./use.ts";

export function drawReceipt(context: DrawContext, request: Request): Message {
  const facts = factsFor(context, request);
  if (request.state === "ending") return drawEnding(context, request, facts);
  if (request.outcome?.kind !== "ended") return drawClosed(context, request, facts);
  const { own, notification } = wordsFor(context.locale).messages;
  const body = [
    ...quote(othersWords(request)),
    ...section(own.proof(facts)),
    ...smallPrint(context.use ? usageLine(context.use, context.locale) : ""),
    ...actions(...againButtons(context, request)),
  ];
  return compose(notification.ended(facts), own.ended(facts), body, request.id);
}

function drawEnding(context: DrawContext, request: Request, facts: Facts): Message {
  const { own, notification } = wordsFor(context.locale).messages;
  const { ending, id } = request;
  if (ending?.unconfirmedAt) return compose(notification.notConfirmed(facts), own.unconfirmed(facts), [], id);
  const words = othersWords(request);
  const isRevoked = ending?.cause === "revoked" && ending.by !== null;
  const text = isRevoked ? notification.revoked(facts, escapeText(words)) : notification.ended(facts);
  return compose(text, own.ending(facts), [...quote(words), ...section(own.stops(facts))], id);
}

function drawClosed(context: DrawContext, request: Request, facts: Facts): Message {
  const { closed, own, notification } = wordsFor(context.locale).messages;
  const { kind, refusal, words } = request.outcome ?? { kind: "failed", refusal: null, words: "" };
  const head = refusal ? closedBy(context, refusal, own.terms(facts)) : closed(facts, kind, own.terms(facts));
  const body = [...quote(words), ...section(own.proof(facts)), ...actions(...againButtons(context, request))];
  // A refusal is told as what it is, in its own words.
  return compose(refusal ? plainWords(head) : notification.closed(facts, kind), head, body, request.id);
}

/** Its reader knows who they are, and reads which request it was. */
function closedBy(context: DrawContext, { code, data }: RefusalNote, terms: string): string {
  const { user: _, ...others } = data;
  const sentence = refusalSentence(context, { code, data: code === "locked-down" ? others : data });
  return code === "locked-down" ? `${sentence}\n${terms}` : sentence;
}

/** The words of the person who ended it. None of a lockdown's: the holder may be the thief. */
const othersWords = ({ ending }: Request): string =>
  ending === null || ending.cause === "lockdown" || ending.cause === "holder" ? "" : ending.words;

/** After these one asks somebody, or may not ask. */
const FINAL_CAUSES: readonly EndCause[] = ["lockdown", "left", "leaked"];

function againButtons(context: DrawContext, request: Request): Button[] {
  const { ending, outcome } = request;
  if (ending && FINAL_CAUSES.includes(ending.cause)) return [];
  // The bot asked for it after a leak: asked again it would be refused again.
  if (request.replaces && outcome?.kind === "refused") return [];
  if (outcome?.refusal && REFUSALS[outcome.refusal.code].again === "no")
    return refusalButtons(context, outcome.refusal);
  const isDenied = outcome?.kind === "denied";
  const button = requestButton(context, request, isDenied ? "change" : "ask-again");
  return [{ ...button, action_id: "ask-again" }];
}
