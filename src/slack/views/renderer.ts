/** A language, a time and two ways to say a sentence: what turns a record into a message. */
import type { KnownBlock } from "@slack/types";
import type { AccessRequest } from "../../domain/request.ts";
import { type Facts, facts } from "../messages/facts.ts";
import { plain, rich, type Say } from "../messages/formatter.ts";
import { type Words, words } from "../messages/index.ts";
import { foreign, shorten } from "../messages/text.ts";
import { context, section } from "./blocks.ts";
import type { Message, ViewContext } from "./context.ts";

export interface Pen {
  ctx: ViewContext;
  words: Words;
  rich: Say;
  plain: Say;
  hub: string;
}

export function pen(ctx: ViewContext): Pen {
  const w = words(ctx.locale);
  return {
    ctx,
    words: w,
    rich: rich(w.grammar, ctx.now, ctx.command),
    plain: plain(w.grammar, ctx.now, ctx.command),
    hub: foreign(ctx.hub.name, 60),
  };
}

export const factsOf = (p: Pen, r: AccessRequest): Facts => facts(r, p.hub);

const TEXT = 150;

/** The sentence, what belongs to it, and the footer that ends with the request's id. */
export const message = (
  p: Pen,
  sentence: (say: Say) => string,
  rest: readonly KnownBlock[],
  footer: readonly string[],
): Message => ({
  text: shorten(p.words.grammar.tidy(sentence(p.plain)), TEXT),
  blocks: [section(sentence(p.rich)), ...rest, context(footer)],
});
