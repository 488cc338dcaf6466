/** A language, a time and two ways to fmt a sentence: what turns a record into a message. */
import type { KnownBlock } from "@slack/types";
import type { AccessRequest } from "../../domain/request.ts";
import { type Facts, facts } from "../messages/facts.ts";
import { type Formatter, plainFormatter, richFormatter } from "../messages/formatter.ts";
import { type Words, words } from "../messages/index.ts";
import { foreign, shorten } from "../messages/text.ts";
import { context, section } from "./blocks.ts";
import type { Message, ViewContext } from "./context.ts";

export interface Renderer {
  ctx: ViewContext;
  words: Words;
  rich: Formatter;
  plain: Formatter;
  hub: string;
}

export function rendererOf(ctx: ViewContext): Renderer {
  const w = words(ctx.locale);
  return {
    ctx,
    words: w,
    rich: richFormatter(w.grammar, ctx.now, ctx.command, ctx.reader),
    plain: plainFormatter(w.grammar, ctx.now, ctx.command, ctx.reader),
    hub: foreign(ctx.hub.name, 60),
  };
}

export const factsOf = (p: Renderer, r: AccessRequest): Facts => facts(r, p.hub);

const TEXT = 150;

/** The sentence, what belongs to it, and the footer that ends with the request's id. */
export const message = (
  p: Renderer,
  sentence: (fmt: Formatter) => string,
  rest: readonly KnownBlock[],
  footer: readonly string[],
): Message => ({
  text: shorten(p.words.grammar.tidy(sentence(p.plain)), TEXT),
  blocks: [section(sentence(p.rich)), ...rest, context(footer)],
});
