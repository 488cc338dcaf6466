/** The small objects of Block Kit with Slack's limits: texts, options, confirmations, images. */
import { z } from "zod";

export const boundedText = (max: number) => z.string().min(1).max(max);

export const plain = (max: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: boundedText(max), emoji: z.boolean().optional() });

export const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal("mrkdwn"), text: boundedText(max), verbatim: z.boolean().optional() });

export const text = (max: number) => z.discriminatedUnion("type", [plain(max), mrkdwn(max)]);

export const url = z.string().max(3000).refine(URL.canParse, "must be a valid URI");
export const style = z.enum(["primary", "danger"]);

export const confirm = z.strictObject({
  title: plain(100).optional(),
  text: text(300),
  confirm: plain(30).optional(),
  deny: plain(30).optional(),
  style: style.optional(),
});

export const plainOption = z.strictObject({
  text: plain(75),
  value: boundedText(150),
  description: plain(75).optional(),
});

/** In checkboxes and radio buttons. */
export const textOption = plainOption.extend({ text: text(75), description: text(75).optional() });

/** One of several shapes, told apart by their type. */
export const oneOf = (shapes: z.ZodObject[]) =>
  z.discriminatedUnion("type", shapes as [z.ZodObject, ...z.ZodObject[]]);

const slackFile = z
  .strictObject({ id: z.string().optional(), url: url.optional() })
  .refine((file) => !file.id !== !file.url, "must have one of `id` and `url`");
export const imageFields = {
  type: z.literal("image"),
  image_url: url.optional(),
  slack_file: slackFile.optional(),
  alt_text: boundedText(2000),
};
export const hasOneImage = (image: { image_url?: unknown; slack_file?: unknown }): boolean =>
  !image.image_url !== !image.slack_file;
