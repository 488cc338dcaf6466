/** A refusal: the sentence, and where a slip can be mended the whole line with a button that sends it. */
import type { KnownBlock } from "@slack/types";
import type { Refusal } from "../../domain/refusal.ts";
import type { Formatter } from "../messages/formatter.ts";
import type { Words } from "../messages/index.ts";
import { roleOf } from "../messages/wording.ts";
import { actions, preformatted } from "./blocks.ts";
import { button } from "./buttons.ts";
import type { Message, ViewContext } from "./context.ts";
import { message, type Renderer, rendererOf } from "./renderer.ts";

/** The table is complete by its type; TypeScript cannot pair a kind with its own entry. */
export const refusalSentence = (words: Words, refusal: Refusal, fmt: Formatter): string =>
  (words.refusal[refusal.kind] as (refusal: Refusal, fmt: Formatter) => string)(refusal, fmt);

export function refusedReply(refusal: Refusal, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const rest = "line" in refusal && refusal.line ? mended(p, refusal, refusal.line) : [];
  return message(p, (fmt) => refusalSentence(p.words, refusal, fmt), rest, [footer(p, refusal)]);
}

const VALUE = 2_000;

function mended(p: Renderer, refusal: Refusal, line: string): KnownBlock[] {
  const whole = `${p.ctx.command} ${line}`;
  // Only the person knows the reason: a button would send what is refused again.
  if (refusal.kind === "no-reason") return [preformatted(`${whole} ${p.words.yourReason}`)];
  const send =
    "raw" in refusal
      ? { ...button(p, "run", line), value: refusal.raw }
      : { ...button(p, "send", roleOf(line)), value: line };
  return [preformatted(whole), ...(send.value.length <= VALUE ? actions(send) : [])];
}

function footer(p: Renderer, refusal: Refusal): string {
  if ("id" in refusal && refusal.kind !== "unknown-request") return refusal.id;
  return refusal.kind === "unsure" ? p.rich.code(`${p.ctx.command} status`) : p.words.refusedFooter;
}
