/** Interactive elements of Block Kit, each strict: an unknown property is refused as Slack refuses it. */
import { z } from "zod";
import {
  anyOption,
  confirm,
  linkOption,
  optionGroup,
  plain,
  plainOption,
  style,
  url,
  words,
} from "./text.ts";

const acting = { action_id: words(255).optional() };
const common = { ...acting, confirm: confirm.optional(), focus_on_load: z.boolean().optional() };
const placeholder = { placeholder: plain(150).optional() };
const several = { max_selected_items: z.int().min(1).optional() };
const ids = z.array(words(255));

export const button = z.strictObject({
  ...acting,
  type: z.literal("button"),
  text: plain(75),
  url: url.optional(),
  value: z.string().max(2000).optional(),
  style: style.optional(),
  confirm: confirm.optional(),
  accessibility_label: words(75).optional(),
});

export const overflow = z.strictObject({
  ...acting,
  type: z.literal("overflow"),
  options: z.array(linkOption).min(1).max(5),
  confirm: confirm.optional(),
});

const choices = {
  options: z.array(plainOption).min(1).max(100).optional(),
  option_groups: z.array(optionGroup).min(1).max(100).optional(),
};
const oneSource = [
  (select: { options?: unknown; option_groups?: unknown }) => !select.options !== !select.option_groups,
  "must define either `options` or `option_groups`",
] as const;

const staticSelect = z
  .strictObject({
    ...common,
    ...placeholder,
    ...choices,
    type: z.literal("static_select"),
    initial_option: plainOption.optional(),
  })
  .refine(...oneSource);

const multiStaticSelect = z
  .strictObject({
    ...common,
    ...placeholder,
    ...choices,
    ...several,
    type: z.literal("multi_static_select"),
    initial_options: z.array(plainOption).optional(),
  })
  .refine(...oneSource);

const usersSelect = z.strictObject({
  ...common,
  ...placeholder,
  type: z.literal("users_select"),
  initial_user: words(255).optional(),
});
const multiUsersSelect = z.strictObject({
  ...common,
  ...placeholder,
  ...several,
  type: z.literal("multi_users_select"),
  initial_users: ids.optional(),
});
const filter = z.strictObject({
  include: z
    .array(z.enum(["im", "mpim", "private", "public"]))
    .min(1)
    .optional(),
  exclude_external_shared_channels: z.boolean().optional(),
  exclude_bot_users: z.boolean().optional(),
});
const conversationsSelect = z.strictObject({
  ...common,
  ...placeholder,
  type: z.literal("conversations_select"),
  initial_conversation: words(255).optional(),
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
  filter: filter.optional(),
});
const channelsSelect = z.strictObject({
  ...common,
  ...placeholder,
  type: z.literal("channels_select"),
  initial_channel: words(255).optional(),
  response_url_enabled: z.boolean().optional(),
});

const ticks = { ...common, options: z.array(anyOption).min(1).max(10) };
const checkboxes = z.strictObject({
  ...ticks,
  type: z.literal("checkboxes"),
  initial_options: z.array(anyOption).optional(),
});
const radioButtons = z.strictObject({
  ...ticks,
  type: z.literal("radio_buttons"),
  initial_option: anyOption.optional(),
});

const datepicker = z.strictObject({
  ...common,
  ...placeholder,
  type: z.literal("datepicker"),
  initial_date: z.iso.date().optional(),
});
const timepicker = z.strictObject({
  ...common,
  ...placeholder,
  type: z.literal("timepicker"),
  initial_time: z
    .string()
    .regex(/^\d\d:\d\d$/)
    .optional(),
  timezone: words(255).optional(),
});
const datetimepicker = z.strictObject({
  ...common,
  type: z.literal("datetimepicker"),
  initial_date_time: z.int().optional(),
});

const trigger = z.enum(["on_enter_pressed", "on_character_entered"]);
const typing = {
  ...acting,
  ...placeholder,
  focus_on_load: z.boolean().optional(),
  dispatch_action_config: z
    .strictObject({ trigger_actions_on: z.array(trigger).min(1).max(2).optional() })
    .optional(),
};
const plainTextInput = z.strictObject({
  ...typing,
  type: z.literal("plain_text_input"),
  initial_value: z.string().max(3000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
});
const numberInput = z.strictObject({
  ...typing,
  type: z.literal("number_input"),
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
});
const addressInput = <T extends string>(type: T) =>
  z.strictObject({ ...typing, type: z.literal(type), initial_value: z.string().optional() });

export const image = z.strictObject({
  type: z.literal("image"),
  image_url: url,
  alt_text: words(2000),
});

const pickers = [
  staticSelect,
  usersSelect,
  conversationsSelect,
  channelsSelect,
  checkboxes,
  radioButtons,
  datepicker,
  timepicker,
] as const;
const multi = [multiStaticSelect, multiUsersSelect] as const;

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
