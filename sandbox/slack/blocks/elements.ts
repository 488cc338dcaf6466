/** Which elements stand where; each is strict: an unknown property is refused as Slack refuses it. */
import { z } from "zod";
import { addressInput, numberInput, plainTextInput } from "./inputs.ts";
import { datetimepicker, multi, pickers } from "./pickers.ts";
import { boundedText, confirm, linkOption, plain, style, url } from "./text.ts";

const button = z.strictObject({
  action_id: boundedText(255).optional(),
  type: z.literal("button"),
  text: plain(75),
  url: url.optional(),
  value: z.string().max(2000).optional(),
  style: style.optional(),
  confirm: confirm.optional(),
  accessibility_label: boundedText(75).optional(),
});

const overflow = z.strictObject({
  action_id: boundedText(255).optional(),
  type: z.literal("overflow"),
  options: z.array(linkOption).min(1).max(5),
  confirm: confirm.optional(),
});

export const image = z.strictObject({
  type: z.literal("image"),
  image_url: url,
  alt_text: boundedText(2000),
});

export const inActions = z.discriminatedUnion("type", [button, overflow, ...pickers, datetimepicker]);
export const accessory = z.discriminatedUnion("type", [button, overflow, image, ...pickers, ...multi]);
export const inInput = z.discriminatedUnion("type", [
  plainTextInput,
  numberInput,
  addressInput("email_text_input"),
  addressInput("url_text_input"),
  datetimepicker,
  ...pickers,
  ...multi,
]);
