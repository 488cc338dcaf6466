/** The rich_text block: sections, lists, quotes and preformatted text made of styled pieces. */
import { z } from "zod";
import { boundedText, url } from "./text.ts";

const on = z.boolean().optional();
const mentionStyle = z
  .strictObject({
    bold: on,
    italic: on,
    strike: on,
    underline: on,
    highlight: on,
    client_highlight: on,
    unlink: on,
  })
  .optional();
const textStyle = z.strictObject({ bold: on, italic: on, strike: on, underline: on, code: on }).optional();

const text = z.strictObject({ type: z.literal("text"), text: boundedText(40_000), style: textStyle });
const link = z.strictObject({
  type: z.literal("link"),
  url,
  text: boundedText(40_000).optional(),
  unsafe: z.boolean().optional(),
  style: textStyle,
});
const named = <T extends string, K extends string>(type: T, key: K) =>
  z.strictObject({
    type: z.literal(type),
    style: mentionStyle,
    ...({ [key]: boundedText(255) } as Record<K, z.ZodString>),
  });

const emoji = z.strictObject({
  type: z.literal("emoji"),
  name: boundedText(255),
  unicode: z.string().optional(),
  style: mentionStyle,
});
const date = z.strictObject({
  type: z.literal("date"),
  timestamp: z.int(),
  format: boundedText(255),
  url: url.optional(),
  fallback: z.string().optional(),
  style: textStyle,
});
const broadcast = z.strictObject({
  type: z.literal("broadcast"),
  range: z.enum(["here", "channel", "everyone"]),
  style: mentionStyle,
});

const piece = z.discriminatedUnion("type", [
  text,
  link,
  emoji,
  date,
  broadcast,
  named("user", "user_id"),
  named("usergroup", "usergroup_id"),
  named("channel", "channel_id"),
  named("color", "value"),
]);

const border = { border: z.union([z.literal(0), z.literal(1)]).optional() };
const section = z.strictObject({ type: z.literal("rich_text_section"), elements: z.array(piece) });
const list = z.strictObject({
  ...border,
  type: z.literal("rich_text_list"),
  style: z.enum(["bullet", "ordered"]),
  elements: z.array(section).min(1),
  indent: z.int().min(0).max(8).optional(),
  offset: z.int().min(0).optional(),
});
const quote = z.strictObject({ ...border, type: z.literal("rich_text_quote"), elements: z.array(piece) });
const preformatted = z.strictObject({
  ...border,
  type: z.literal("rich_text_preformatted"),
  elements: z.array(z.discriminatedUnion("type", [text, link])),
});

export const richTextElements = z
  .array(z.discriminatedUnion("type", [section, list, quote, preformatted]))
  .min(1);
