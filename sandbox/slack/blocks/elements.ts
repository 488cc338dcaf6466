/**
 * Every interactive element of Block Kit with its limits, in which blocks and on which surfaces it may be. Each is strict:
 * an unknown property is refused as Slack refuses it. From Slack's reference of block elements, and from @slack/types.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { richText } from "./rich-text.ts";
import {
  boundedText,
  confirm,
  hasOneImage,
  imageFields,
  mrkdwn,
  oneOf,
  plain,
  plainOption,
  style,
  textOption,
  url,
} from "./text.ts";

export type Surface = "message" | "modal" | "home";
type Holder = "section" | "actions" | "input" | "context" | "context_actions";

const flag = z.boolean().optional();
const placeholder = plain(150).optional();
const focus_on_load = flag;
const confirmed = { confirm: confirm.optional() };
const asked = { ...confirmed, focus_on_load };
const most = { max_selected_items: z.int().min(1).optional() };
const dispatch_action_config = z
  .strictObject({
    trigger_actions_on: z
      .array(z.enum(["on_enter_pressed", "on_character_entered"]))
      .min(1)
      .optional(),
  })
  .optional();
const typed = { placeholder, focus_on_load, dispatch_action_config };
const label = { accessibility_label: boundedText(75).optional() };
const buttonFields = { ...confirmed, ...label, text: plain(75), style: style.optional() };
const date = z.iso.date();
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time as HH:mm");

/** `initial_…` of a select is a list in its multi_ form. */
type Initial = [name: string, shape: z.ZodType];
const SELECTS: Record<string, { initial: Initial; fields: z.ZodRawShape }> = {
  static: {
    initial: ["option", plainOption],
    fields: {
      options: z.array(plainOption).min(1).max(100).optional(),
      option_groups: z
        .array(z.strictObject({ label: plain(75), options: z.array(plainOption).min(1).max(100) }))
        .min(1)
        .max(100)
        .optional(),
    },
  },
  external: { initial: ["option", plainOption], fields: { min_query_length: z.int().min(0).optional() } },
  users: { initial: ["user", boundedText(255)], fields: {} },
  conversations: {
    initial: ["conversation", boundedText(255)],
    fields: {
      default_to_current_conversation: flag,
      filter: z
        .strictObject({
          include: z
            .array(z.enum(["im", "mpim", "private", "public"]))
            .min(1)
            .optional(),
          exclude_external_shared_channels: flag,
          exclude_bot_users: flag,
        })
        .refine((filter) => Object.keys(filter).length > 0, "must not be empty")
        .optional(),
    },
  },
  channels: { initial: ["channel", boundedText(255)], fields: {} },
};
/** Only the single ones answer to a response_url. */
const answers = (kind: string) =>
  /^(conversations|channels)$/.test(kind) ? { response_url_enabled: flag } : {};

const selects = Object.entries(SELECTS).flatMap(
  ([
    kind,
    {
      initial: [name, shape],
      fields,
    },
  ]) => [
    [
      `${kind}_select`,
      { ...asked, placeholder, ...fields, ...answers(kind), [`initial_${name}`]: shape.optional() },
    ],
    [
      `multi_${kind}_select`,
      { ...asked, placeholder, ...fields, ...most, [`initial_${name}s`]: z.array(shape).min(1).optional() },
    ],
  ],
) as [string, z.ZodRawShape][];

const ten = z.array(textOption).min(1).max(10);

const FIELDS: Record<string, z.ZodRawShape> = {
  ...Object.fromEntries(selects),
  button: { ...buttonFields, url: url.optional(), value: z.string().max(2000).optional() },
  workflow_button: { ...buttonFields, workflow: z.looseObject({ trigger: z.looseObject({ url }) }) },
  overflow: {
    ...confirmed,
    options: z
      .array(plainOption.extend({ url: url.optional() }))
      .min(1)
      .max(5),
  },
  checkboxes: { ...asked, options: ten, initial_options: z.array(textOption).min(1).optional() },
  radio_buttons: { ...asked, options: ten, initial_option: textOption.optional() },
  datepicker: { ...asked, placeholder, initial_date: date.optional() },
  timepicker: { ...asked, placeholder, initial_time: time.optional(), timezone: z.string().optional() },
  datetimepicker: { ...asked, initial_date_time: z.int().min(1e9).max(9_999_999_999).optional() },
  plain_text_input: {
    ...typed,
    initial_value: z.string().max(3000).optional(),
    multiline: flag,
    min_length: z.int().min(0).max(3000).optional(),
    max_length: z.int().min(1).max(3000).optional(),
  },
  email_text_input: { ...typed, initial_value: z.string().optional() },
  url_text_input: { ...typed, initial_value: z.string().optional() },
  number_input: {
    ...typed,
    is_decimal_allowed: z.boolean(),
    initial_value: z.string().optional(),
    min_value: z.string().optional(),
    max_value: z.string().optional(),
  },
  rich_text_input: {
    ...typed,
    initial_value: richText.optional(),
    min_lines: z.int().min(1).max(100).optional(),
    max_lines: z.int().min(1).max(100).optional(),
  },
  file_input: { filetypes: z.array(z.string()).optional(), max_files: z.int().min(1).max(10).optional() },
  icon_button: {
    ...confirmed,
    ...label,
    icon: z.literal("trash"),
    text: plain(75),
    value: z.string().optional(),
  },
  feedback_buttons: Object.fromEntries(
    ["positive_button", "negative_button"].map((name) => [
      name,
      z.strictObject({ text: plain(75), value: boundedText(2000), ...label }),
    ]),
  ),
};

/** Where it may be, if not in every one of section, actions and input, on every surface. */
const PLACES: Record<string, { in?: Holder[]; on?: Surface[] }> = {
  button: { in: ["section", "actions"] },
  workflow_button: { in: ["section", "actions"], on: ["message"] },
  overflow: { in: ["section", "actions"] },
  datetimepicker: { in: ["actions", "input"], on: ["message", "modal"] },
  plain_text_input: { in: ["input"] },
  email_text_input: { in: ["input"], on: ["modal"] },
  url_text_input: { in: ["input"], on: ["modal"] },
  number_input: { in: ["input"], on: ["modal"] },
  file_input: { in: ["input"], on: ["modal"] },
  rich_text_input: { in: ["actions", "input"] },
  icon_button: { in: ["context_actions"], on: ["message"] },
  feedback_buttons: { in: ["context_actions"], on: ["message"] },
};

const image = z
  .strictObject(imageFields)
  .refine(hasOneImage, { error: "must have one of `image_url` and `slack_file`", path: ["image_url"] });
export const contextElement = z.discriminatedUnion("type", [plain(3000), mrkdwn(3000), image]);

/** What a block of this kind may hold on this surface. */
export function elementsIn(holder: Holder, surface: Surface) {
  const types = Object.keys(FIELDS).filter((type) => {
    const { in: holders = ["section", "actions", "input"], on = [surface] } = PLACES[type] ?? {};
    return holders.includes(holder) && on.includes(surface);
  });
  return oneOf([...(holder === "section" ? [image] : []), ...types.map(shapeFor)]);
}

/** Whether a person can act on it: then it has an action_id. */
export const isInteractive = (type: unknown): boolean => String(type) in FIELDS;

function shapeFor(type: string) {
  const fields: z.ZodRawShape = FIELDS[type] ?? {};
  const shape = z.strictObject({ type: z.literal(type), action_id: boundedText(255).optional(), ...fields });
  return "options" in fields ? shape.superRefine(checkChoices) : shape;
}

/** What is chosen at first is one of the options, which are given in one way. */
function checkChoices(element: z.infer<ReturnType<typeof z.looseObject>>, context: z.RefinementCtx): void {
  const { options, option_groups: groups, initial_option, initial_options } = element as Choices;
  const fault = (message: string, name: string) =>
    context.addIssue({ code: "custom", message, path: [name] });
  if (!options === !groups) fault("must have one of `options` and `option_groups`", "options");
  const all = options ?? groups?.flatMap((group) => group.options) ?? [];
  const isOption = (initial: unknown) => all.some((option) => isDeepStrictEqual(option, initial));
  if (initial_option && !isOption(initial_option)) fault("must match one of the options", "initial_option");
  if (!(initial_options ?? []).every(isOption)) fault("must match one of the options", "initial_options");
}

interface Choices {
  options?: unknown[];
  option_groups?: { options: unknown[] }[];
  initial_option?: unknown;
  initial_options?: unknown[];
}
