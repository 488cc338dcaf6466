/** Rich text: what stands in it, and in which pieces. */
import { z } from "zod";
import { boundedText, oneOf, url } from "./text.ts";

const flag = z.boolean().optional();
const style = z
  .strictObject({ bold: flag, italic: flag, strike: flag, code: flag, underline: flag })
  .optional();
const border = z.union([z.literal(0), z.literal(1)]).optional();

/** The fields of each piece, beside its type and style. */
const PIECES: Record<string, z.ZodRawShape> = {
  text: { text: boundedText(40_000) },
  link: { url, text: z.string().optional(), unsafe: flag },
  emoji: { name: z.string(), unicode: z.string().optional(), url: url.optional() },
  user: { user_id: z.string() },
  usergroup: { usergroup_id: z.string() },
  channel: { channel_id: z.string() },
  team: { team_id: z.string() },
  broadcast: { range: z.enum(["here", "channel", "everyone"]) },
  color: { value: z.string() },
  date: { timestamp: z.int(), format: z.string(), url: url.optional(), fallback: z.string().optional() },
};

const piece = oneOf(
  Object.entries(PIECES).map(([type, fields]) => z.strictObject({ type: z.literal(type), style, ...fields })),
);
const elements = z.array(piece);
const section = z.strictObject({ type: z.literal("rich_text_section"), elements });

const part = z.discriminatedUnion("type", [
  section,
  z.strictObject({ type: z.literal("rich_text_quote"), elements, border }),
  z.strictObject({
    type: z.literal("rich_text_preformatted"),
    elements,
    border,
    language: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal("rich_text_list"),
    elements: z.array(section).min(1),
    style: z.enum(["bullet", "ordered"]),
    indent: z.int().min(0).max(8).optional(),
    offset: z.int().min(0).optional(),
    border,
  }),
]);

export const richText = z.strictObject({
  type: z.literal("rich_text"),
  block_id: boundedText(255).optional(),
  elements: z.array(part).min(1),
});
