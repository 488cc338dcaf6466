/** The interactive elements that the bot uses; each is strict: an unknown property is refused as Slack refuses it. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { boundedText, confirm, plain, plainOption, style, url } from "./text.ts";

const named = { action_id: boundedText(255).optional() };

export const button = z.strictObject({
  ...named,
  type: z.literal("button"),
  text: plain(75),
  url: url.optional(),
  value: z.string().max(2000).optional(),
  style: style.optional(),
  confirm: confirm.optional(),
  accessibility_label: boundedText(75).optional(),
});

const plainTextInput = z.strictObject({
  ...named,
  type: z.literal("plain_text_input"),
  placeholder: plain(150).optional(),
  initial_value: z.string().max(3000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
});

const staticSelect = z
  .strictObject({
    ...named,
    type: z.literal("static_select"),
    placeholder: plain(150).optional(),
    options: z.array(plainOption).min(1).max(100),
    initial_option: plainOption.optional(),
  })
  .refine(
    ({ options, initial_option: initial }) =>
      initial === undefined || options.some((option) => isDeepStrictEqual(option, initial)),
    { error: "must match one of the options", path: ["initial_option"] },
  );

const usersSelect = z.strictObject({
  ...named,
  type: z.literal("users_select"),
  placeholder: plain(150).optional(),
  initial_user: boundedText(255).optional(),
});

export const inInput = z.discriminatedUnion("type", [plainTextInput, staticSelect, usersSelect]);
