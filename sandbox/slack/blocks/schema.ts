/** The blocks that the bot uses, and views, with Slack's limits. */
import { z } from "zod";
import { button, inInput } from "./elements.ts";
import { boundedText, mrkdwn, plain, text } from "./text.ts";

const base = { block_id: boundedText(255).optional() };

const section = z.strictObject({
  ...base,
  type: z.literal("section"),
  text: text(3000),
});

const context = z.strictObject({
  ...base,
  type: z.literal("context"),
  elements: z
    .array(z.discriminatedUnion("type", [plain(3000), mrkdwn(3000)]))
    .min(1)
    .max(10),
});

const actions = z.strictObject({
  ...base,
  type: z.literal("actions"),
  elements: z.array(button).min(1).max(25),
});

const input = z.strictObject({
  ...base,
  type: z.literal("input"),
  label: plain(2000),
  element: inInput,
  hint: plain(2000).optional(),
  optional: z.boolean().optional(),
});

const pieces = z.array(z.strictObject({ type: z.literal("text"), text: boundedText(40_000) }));

const richText = z.strictObject({
  ...base,
  type: z.literal("rich_text"),
  elements: z
    .array(
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("rich_text_quote"), elements: pieces }),
        z.strictObject({ type: z.literal("rich_text_preformatted"), elements: pieces }),
      ]),
    )
    .min(1),
});

const anyBlock = z.discriminatedUnion("type", [section, context, actions, input, richText]);

export const messageBlocks = z.array(anyBlock).max(50);

const anyView = {
  blocks: z.array(anyBlock).max(100),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
};

export const modal = z
  .strictObject({
    ...anyView,
    type: z.literal("modal"),
    title: plain(24),
    submit: plain(24).optional(),
    close: plain(24).optional(),
  })
  .refine((view) => view.submit || !view.blocks.some((block) => block.type === "input"), {
    error: "must define `submit` to use an `input` block in modals",
    path: ["blocks"],
  });

export const home = z.strictObject({ ...anyView, type: z.literal("home") });
