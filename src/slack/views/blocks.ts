/** The few kinds of block the bot speaks in. */
import type {
  ActionsBlock,
  Button,
  ContextBlock,
  KnownBlock,
  Overflow,
  RichTextBlock,
  SectionBlock,
} from "@slack/types";
import { cut } from "../messages/text.ts";

/** Escaped already. Verbatim, so that Slack makes no mention or link of what merely looks like one. */
const mrkdwn = (text: string) => ({ type: "mrkdwn" as const, text, verbatim: true });

export const section = (text: string, accessory?: Button): SectionBlock => ({
  type: "section",
  text: mrkdwn(text),
  ...(accessory ? { accessory } : {}),
});

/** Sentences of messages among them: none has its full stop before the dot. */
export const dotted = (parts: readonly string[]): string =>
  parts.map((one, i) => (i < parts.length - 1 ? one.replace(/[.。]$/u, "") : one)).join(" · ");

export const context = (parts: readonly string[]): ContextBlock => ({
  type: "context",
  elements: [mrkdwn(dotted(parts))],
});

export const actions = (...elements: (Button | Overflow)[]): ActionsBlock[] =>
  elements.length > 0 ? [{ type: "actions", elements }] : [];

const QUOTE = 1_000;

/** A person's own words: rich text is never parsed, so they can neither mention nor format. */
export function quote(text: string, heading?: string): RichTextBlock[] {
  const words = cut(text.trim(), QUOTE);
  if (words === "") return [];
  const head = heading
    ? [{ type: "rich_text_section" as const, elements: [{ type: "text" as const, text: heading }] }]
    : [];
  const body = { type: "rich_text_quote" as const, elements: [{ type: "text" as const, text: words }] };
  return [{ type: "rich_text", elements: [...head, body] }];
}

/** Copies cleanly: nothing but these characters. */
export const preformatted = (text: string): RichTextBlock => ({
  type: "rich_text",
  elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text }] }],
});

export const isFull = (blocks: readonly KnownBlock[]): boolean =>
  blocks.length >= 48 || JSON.stringify(blocks).length > 11_000;
