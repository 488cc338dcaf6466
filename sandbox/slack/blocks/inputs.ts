/** Elements one types into. */
import { z } from "zod";
import { boundedText, plain } from "./text.ts";

const trigger = z.enum(["on_enter_pressed", "on_character_entered"]);
const typing = {
  action_id: boundedText(255).optional(),
  placeholder: plain(150).optional(),
  focus_on_load: z.boolean().optional(),
  dispatch_action_config: z
    .strictObject({ trigger_actions_on: z.array(trigger).min(1).max(2).optional() })
    .optional(),
};
export const plainTextInput = z.strictObject({
  ...typing,
  type: z.literal("plain_text_input"),
  initial_value: z.string().max(3000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
});
export const numberInput = z.strictObject({
  ...typing,
  type: z.literal("number_input"),
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
});
export const addressInput = <T extends string>(type: T) =>
  z.strictObject({ ...typing, type: z.literal(type), initial_value: z.string().optional() });
