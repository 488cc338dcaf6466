/** Blocks and views with Slack's limits. */
import { z } from "zod";
import { accessory, image, inActions, inInput } from "./elements.ts";
import { richTextElements } from "./rich-text.ts";
import { boundedText, mrkdwn, plain, text, url } from "./text.ts";

const base = { block_id: boundedText(255).optional() };

const section = z
  .strictObject({
    ...base,
    type: z.literal("section"),
    text: text(3000).optional(),
    fields: z.array(text(2000)).min(1).max(10).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text || block.fields, "must define either `text` or `fields`");

const context = z.strictObject({
  ...base,
  type: z.literal("context"),
  elements: z
    .array(z.discriminatedUnion("type", [plain(3000), mrkdwn(3000), image]))
    .min(1)
    .max(10),
});

const actions = z.strictObject({
  ...base,
  type: z.literal("actions"),
  elements: z.array(inActions).min(1).max(25),
});

const input = z.strictObject({
  ...base,
  type: z.literal("input"),
  label: plain(2000),
  element: inInput,
  hint: plain(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
});

const simple = [
  z.strictObject({ ...base, type: z.literal("divider") }),
  z.strictObject({ ...base, type: z.literal("header"), text: plain(150) }),
  z.strictObject({ ...base, type: z.literal("rich_text"), elements: richTextElements }),
  z.strictObject({
    ...base,
    type: z.literal("image"),
    image_url: url,
    alt_text: boundedText(2000),
    title: plain(2000).optional(),
  }),
] as const;

const markdown = z.strictObject({ ...base, type: z.literal("markdown"), text: boundedText(12_000) });

export const messageBlocks = z
  .array(z.discriminatedUnion("type", [section, context, actions, input, ...simple, markdown]))
  .max(50);

const viewBlocks = z
  .array(z.discriminatedUnion("type", [section, context, actions, input, ...simple]))
  .max(100);

const anyView = {
  blocks: viewBlocks,
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};

export const modal = z
  .strictObject({
    ...anyView,
    type: z.literal("modal"),
    title: plain(24),
    submit: plain(24).optional(),
    close: plain(24).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  })
  .refine((view) => view.submit || !view.blocks.some((block) => block.type === "input"), {
    error: "must define `submit` to use an `input` block in modals",
    path: ["blocks"],
  });

export const home = z.strictObject({ ...anyView, type: z.literal("home") });
