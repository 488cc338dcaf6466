/** The few kinds of block that the bot speaks in. */
import type {
  ActionsBlock,
  Button,
  ContextBlock,
  KnownBlock,
  RichTextBlock,
  SectionBlock,
} from "@slack/types";
import type { Message } from "../slack.ts";
import { cut, unbroken } from "../text/format.ts";

const LONGEST_TEXT = 150;
const LONGEST_SECTION = 3000;
const LONGEST_QUOTE = 1000;

/** Plain text for places that take no marks: buttons, labels, titles. */
export const plainText = (text: string) => ({ type: "plain_text" as const, text });

/** Escaped already. Verbatim: Slack makes no mention or link of what merely looks like one. */
const mrkdwn = (text: string) => ({
  type: "mrkdwn" as const,
  text: cut(unbroken(text), LONGEST_SECTION),
  verbatim: true,
});

export const section = (text: string): SectionBlock[] =>
  text ? [{ type: "section", text: mrkdwn(text) }] : [];

/** Small print: its parts with dots between them, in the place of a Chinese full stop. */
export function context(...parts: string[]): ContextBlock[] {
  const text = parts
    .filter((part) => part !== "")
    .join(" · ")
    .replaceAll("。 · ", " · ");
  return text ? [{ type: "context", elements: [mrkdwn(text)] }] : [];
}

/** Words that must be seen at the first look, with a mark beside them: never the mark alone. */
export const marked = (words: string): ContextBlock[] =>
  words ? [{ type: "context", elements: [plainText("▲"), mrkdwn(`*${words}*`)] }] : [];

export const actions = (...elements: Button[]): ActionsBlock[] =>
  elements.length > 0 ? [{ type: "actions", elements }] : [];

/** A person's own words: rich text is never parsed, so they can neither mention nor format. */
export function quote(words: string): RichTextBlock[] {
  const text = cut(words.trim(), LONGEST_QUOTE);
  if (text === "") return [];
  return [{ type: "rich_text", elements: [{ type: "rich_text_quote", elements: [{ type: "text", text }] }] }];
}

/** Copies cleanly: nothing but these characters. */
export const preformatted = (text: string): RichTextBlock => ({
  type: "rich_text",
  elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text }] }],
});

/** `text` is the notification, `head` the first sentence; the last line is small print, and ends with the request's id. */
export const compose = (text: string, head: string, body: KnownBlock[], ...small: string[]): Message => ({
  text: cut(text, LONGEST_TEXT),
  blocks: [...section(head), ...body, ...context(...small)],
});
