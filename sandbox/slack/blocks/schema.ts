/** The blocks of Block Kit on each surface, and views, with Slack's limits. From Slack's reference of blocks. */
import { z } from "zod";
import { contextElement, elementsIn, type Surface } from "./elements.ts";
import { richText } from "./rich-text.ts";
import { boundedText, hasOneImage, imageFields, plain, text, url } from "./text.ts";

const flag = z.boolean().optional();
const image = z
  .strictObject({ ...imageFields, block_id: boundedText(255).optional(), title: plain(2000).optional() })
  .refine(hasOneImage, { error: "must have one of `image_url` and `slack_file`", path: ["image_url"] });

const block = <Fields extends z.ZodRawShape>(type: string, fields: Fields) =>
  z.strictObject({ type: z.literal(type), block_id: boundedText(255).optional(), ...fields });

const everywhere = (surface: Surface) =>
  [
    block("section", {
      text: text(3000).optional(),
      fields: z.array(text(2000)).min(1).max(10).optional(),
      accessory: elementsIn("section", surface).optional(),
      expand: flag,
    }).refine((sent) => sent.text !== undefined || sent.fields !== undefined, {
      error: "must have one of `text` and `fields`",
      path: ["text"],
    }),
    block("context", { elements: z.array(contextElement).min(1).max(10) }),
    block("actions", { elements: z.array(elementsIn("actions", surface)).min(1).max(25) }),
    block("input", {
      label: plain(2000),
      element: elementsIn("input", surface),
      hint: plain(2000).optional(),
      optional: flag,
      dispatch_action: flag,
    }),
    block("header", { text: plain(150) }),
    block("divider", {}),
    block("video", {
      title: plain(199),
      title_url: url.optional(),
      video_url: url,
      thumbnail_url: url,
      alt_text: boundedText(2000),
      description: plain(200).optional(),
      author_name: boundedText(49).optional(),
      provider_name: boundedText(49).optional(),
      provider_icon_url: url.optional(),
    }),
    image,
    richText,
  ] as const;

const messageBlock = z.discriminatedUnion("type", [
  ...everywhere("message"),
  block("context_actions", { elements: z.array(elementsIn("context_actions", "message")).min(1).max(5) }),
  block("markdown", { text: boundedText(12_000) }),
  block("file", { external_id: z.string(), source: z.literal("remote") }),
]);

export const messageBlocks = z.array(messageBlock).max(50);

const viewFields = (surface: "modal" | "home") => ({
  type: z.literal(surface),
  blocks: z.array(z.discriminatedUnion("type", everywhere(surface))).max(100),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
});

export const modal = z
  .strictObject({
    ...viewFields("modal"),
    title: plain(24),
    submit: plain(24).optional(),
    close: plain(24).optional(),
  })
  .refine((view) => view.submit || !view.blocks.some((one) => one.type === "input"), {
    error: "must define `submit` to use an `input` block in modals",
    path: ["blocks"],
  });

export const home = z.strictObject(viewFields("home"));
