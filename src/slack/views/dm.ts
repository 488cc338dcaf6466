/** What the requester hears by DM besides the token: waiting, news, reminders, an end not proven yet. */
import type { MessageKey, Shown } from "../../domain/message-key.ts";
import type { ChangedTerm, Refusal } from "../../domain/refusal.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { Formatter } from "../messages/formatter.ts";
import { actions, quote } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import type { Message } from "./context.ts";
import { refusalSentence } from "./refused.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export function waiting(p: Renderer, r: AccessRequest, shows: Shown["waiting"]): Message {
  const f = factsOf(p, r);
  const open = shows === "pending" || shows === "not-delivered" || shows === "nudged";
  const nudge = shows === "pending" ? [buttons.nudgeButton(p, r)] : [];
  const rest = [...quote(r.reason), ...(open ? actions(buttons.withdrawButton(p, r), ...nudge) : [])];
  const footer = open ? [p.words.lapses(f, p.rich), r.id] : [r.id];
  return message(p, (fmt) => p.words.waiting[shows](f, fmt), rest, footer);
}

export function notice(p: Renderer, r: AccessRequest, shows: Shown["notice"]): Message {
  const f = factsOf(p, r);
  const sentence = (fmt: Formatter): string => {
    if (shows !== "refused") return p.words.notice[shows](f, fmt);
    return refusalSentence(p.words, r.state === "refused" ? r.refusal : { kind: "stale", id: r.id }, fmt);
  };
  const why = r.state === "denied" ? quote(r.why, p.words.deniedBecause) : quote(r.reason);
  const cause = shows === "ended" && "end" in r ? [p.words.cause(r.end, p.rich, true)] : [];
  const again = r.state === "denied" ? buttons.changeButton(p, r) : buttons.againButton(p, r);
  const row = mayAskAgain(r) ? actions(again) : [];
  return message(p, sentence, [...why, ...row], [...cause, r.id]);
}

const PASSING: readonly Refusal["kind"][] = ["look-up-failed", "store-down", "unsure", "nobody-can-approve"];
/** Rules under which the same can be asked for, perhaps for less. */
const CHANGED: readonly ChangedTerm[] = ["other-rights", "too-long", "approval"];

/** No button where asking again would be refused for the same reason. */
function mayAskAgain(r: AccessRequest): boolean {
  if (r.state === "refused" && r.refusal.kind === "terms-changed") return CHANGED.includes(r.refusal.what);
  if (r.state === "refused") return PASSING.includes(r.refusal.kind);
  return !("end" in r) || r.end.failure !== "recipient-gone";
}

export function unproven(p: Renderer, r: AccessRequest, shows: Shown["unproven"]): Message {
  const f = factsOf(p, r);
  return message(p, (fmt) => p.words.unproven[shows](f, fmt), [], [r.id]);
}

export function reminder(p: Renderer, r: AccessRequest, key: MessageKey, shows: Shown["reminder"]): Message {
  const f = factsOf(p, r);
  const lead = Number(key.split(":")[1] ?? 0);
  const row = shows === "open" ? actions(buttons.releaseButton(p, r)) : [];
  return message(p, (fmt) => p.words.reminder[shows](f, fmt, lead), row, [r.id]);
}
