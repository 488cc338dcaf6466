/** Small confirmations to the one who pressed, and one sentence each for Slack's asking to wait and for what nobody foresaw. */

import type { ModalView } from "@slack/types";
import { SECOND } from "../../domain/duration.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { Message, ViewContext } from "./context.ts";
import { plain } from "./inputs.ts";
import { factsOf, message, rendererOf } from "./renderer.ts";

export type Done =
  | "approved"
  | "denied"
  | "reviewed"
  | "withdrawn"
  | "hidden"
  | "kept"
  | "newToken"
  | "leaked"
  | "ending";

export function doneReply(kind: Done, r: AccessRequest, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const f = factsOf(p, r);
  const did = didOf(kind, r);
  return message(p, (fmt) => p.words.done[did](f, fmt), [], [r.id]);
}

function didOf(kind: Done, { state }: AccessRequest): Done | "counted" {
  // Others must approve it, too.
  if (kind === "approved" && state === "pending") return "counted";
  // One's own that had not begun.
  return kind === "ending" && state === "withdrawn" ? "withdrawn" : kind;
}

/** It is tried again after `ms`. */
export function busyReply(ms: number, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const span = p.words.grammar.span(Math.ceil(ms / SECOND) * SECOND);
  return message(p, (fmt) => p.words.busy(span, fmt), [], [p.words.help.commands(p.rich)]);
}

export function unforeseenReply(id: string | undefined, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  return message(p, (fmt) => p.words.trouble(id, fmt), [], [id ?? p.words.help.commands(p.rich)]);
}

/** Any answer, where no message could be. */
export function answerModal({ blocks }: Message, ctx: ViewContext): ModalView {
  const { home, form } = rendererOf(ctx).words;
  return { type: "modal", title: plain(home.answer), close: plain(form.close), blocks };
}
