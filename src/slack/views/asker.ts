/** What whoever asked for somebody else hears by DM: that it waits, and what became of it. */
import { isFinal } from "../../domain/lifecycle.ts";
import type { Readable, Shown } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { Facts } from "../messages/facts.ts";
import type { Formatter } from "../messages/formatter.ts";
import { actions, quote, section } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import { because, lessLine, quorumSoFar } from "./card.ts";
import type { Message } from "./context.ts";
import { mayAskAgain } from "./dm.ts";
import { refusalSentence } from "./refused.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

/** The reader knows who asked. */
const readBy = (f: Facts): Facts => ({ ...f, askedBy: undefined });

export function asker(p: Renderer, r: AccessRequest, shows: Readable<"asker">): Message {
  const f = factsOf(p, r);
  const waits = shows === "pending" || shows === "nudged" || shows === "not-delivered";
  const who = waits ? [section(p.words.decides(f, p.rich, r.requester)), ...quorumSoFar(p, r)] : [];
  const nudge = shows === "pending" ? [buttons.forAnother(p, "nudge", r)] : [];
  const row = waits ? actions(buttons.forAnother(p, "withdraw", r), ...nudge) : [];
  return message(
    p,
    (fmt) => p.words.asker[shows](readBy(f), fmt),
    [...quote(r.reason), ...lessLine(p, r), ...who, ...row],
    [r.id],
  );
}

export function outcome(p: Renderer, r: AccessRequest, shows: Shown["outcome"]): Message {
  const f = readBy(factsOf(p, r));
  const again = isFinal(r) && mayAskAgain(r, shows) ? actions(buttons.forAnother(p, "again", r)) : [];
  const refusal = r.state === "refused" ? r.refusal : null;
  const sentence = (fmt: Formatter): string => {
    if (shows !== "refused") return p.words.asker[shows](f, fmt);
    return refusalSentence(p.words, refusal ?? { kind: "stale", id: r.id }, fmt);
  };
  return message(p, sentence, [...quote(r.reason), ...lessLine(p, r), ...because(p, r), ...again], [r.id]);
}
