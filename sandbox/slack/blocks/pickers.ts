/** Elements one chooses in: selects, boxes to tick, dates and times. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { anyOption, boundedText, confirm, optionGroup, plain, plainOption } from "./text.ts";

const common = {
  action_id: boundedText(255).optional(),
  confirm: confirm.optional(),
  focus_on_load: z.boolean().optional(),
};
const placeholder = { placeholder: plain(150).optional() };
const several = { max_selected_items: z.int().min(1).optional() };
const ids = z.array(boundedText(255));

const choices = {
  options: z.array(plainOption).min(1).max(100).optional(),
  option_groups: z.array(optionGroup).min(1).max(100).optional(),
};
const oneSource = [
  (select: { options?: unknown; option_groups?: unknown }) => !select.options !== !select.option_groups,
  "must define either `options` or `option_groups`",
] as const;

type Choices = { options?: unknown[] | undefined; option_groups?: { options: unknown[] }[] | undefined };
/** The very same object as one of the options. */
const isAmong = ({ options, option_groups }: Choices, chosen: unknown): boolean =>
  (options ?? option_groups?.flatMap((group) => group.options) ?? []).some((option) =>
    isDeepStrictEqual(option, chosen),
  );
const initialAmong = <T extends z.ZodType<Choices & { initial_option?: unknown }>>(select: T): T =>
  select.refine((one) => one.initial_option === undefined || isAmong(one, one.initial_option), {
    error: "must match one of the options",
    path: ["initial_option"],
  });
const initialsAmong = <T extends z.ZodType<Choices & { initial_options?: unknown[] | undefined }>>(
  select: T,
): T =>
  select.refine((one) => (one.initial_options ?? []).every((initial) => isAmong(one, initial)), {
    error: "must match one of the options",
    path: ["initial_options"],
  });

const staticSelect = initialAmong(
  z
    .strictObject({
      ...common,
      ...placeholder,
      ...choices,
      type: z.literal("static_select"),
      initial_option: plainOption.optional(),
    })
    .refine(...oneSource),
);

const multiStaticSelect = initialsAmong(
  z
    .strictObject({
      ...common,
      ...placeholder,
      ...choices,
      ...several,
      type: z.literal("multi_static_select"),
      initial_options: z.array(plainOption).min(1).optional(),
    })
    .refine(...oneSource),
);

const usersSelect = z.strictObject({
  ...common,
  ...placeholder,
  type: z.literal("users_select"),
  initial_user: boundedText(255).optional(),
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
  initial_conversation: boundedText(255).optional(),
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
  filter: filter.optional(),
});
const channelsSelect = z.strictObject({
  ...common,
  ...placeholder,
  type: z.literal("channels_select"),
  initial_channel: boundedText(255).optional(),
  response_url_enabled: z.boolean().optional(),
});

const ticks = { ...common, options: z.array(anyOption).min(1).max(10) };
const checkboxes = initialsAmong(
  z.strictObject({
    ...ticks,
    type: z.literal("checkboxes"),
    initial_options: z.array(anyOption).min(1).optional(),
  }),
);
const radioButtons = initialAmong(
  z.strictObject({ ...ticks, type: z.literal("radio_buttons"), initial_option: anyOption.optional() }),
);

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
  timezone: boundedText(255).optional(),
});
export const datetimepicker = z.strictObject({
  ...common,
  type: z.literal("datetimepicker"),
  initial_date_time: z.int().optional(),
});

export const pickers = [
  staticSelect,
  usersSelect,
  conversationsSelect,
  channelsSelect,
  checkboxes,
  radioButtons,
  datepicker,
  timepicker,
] as const;
export const multi = [multiStaticSelect, multiUsersSelect] as const;
