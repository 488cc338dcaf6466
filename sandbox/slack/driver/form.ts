/** The values of inputs and selects, in the shape Slack puts into `state.values`. */
import { CannotDo } from "../errors.ts";
import { type Actionable, actionables } from "../read.ts";
import type { Block, JsonObject, View } from "../types.ts";

/** A word, an option's value or words, an id, a date; several of them where several may be chosen. */
export type Choice = string | string[];
export type Values = Record<string, Record<string, JsonObject>>;

/** By type: the field of its state, and the field that says how it begins. */
const STATES: Record<string, [state: string, initial: string]> = {
  ...Object.fromEntries(
    ["plain_text_input", "email_text_input", "url_text_input", "number_input"].map((type) => [
      type,
      ["value", "initial_value"],
    ]),
  ),
  ...Object.fromEntries(
    ["option", "user", "conversation", "channel"].flatMap((what) =>
      (what === "option" ? ["static", "external"] : [`${what}s`]).flatMap((kind) => [
        [`${kind}_select`, [`selected_${what}`, `initial_${what}`]],
        [`multi_${kind}_select`, [`selected_${what}s`, `initial_${what}s`]],
      ]),
    ),
  ),
  checkboxes: ["selected_options", "initial_options"],
  radio_buttons: ["selected_option", "initial_option"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  rich_text_input: ["rich_text_value", "initial_value"],
  file_input: ["files", "initial_files"],
};
const isMany = (field: string): boolean => field.endsWith("s");

/** What the person sees now: what they chose, else the initial values. */
export function currentState(blocks: Block[], chosen: Values): Values {
  const values: Values = {};
  for (const { block, element } of actionables(blocks)) {
    const [field, initial] = STATES[String(element.type)] ?? [];
    if (!field || !initial) continue;
    const [blockId, actionId] = [String(block.block_id), String(element.action_id)];
    const first = { type: element.type, [field]: element[initial] ?? (isMany(field) ? [] : null) };
    values[blockId] = { ...values[blockId], [actionId]: chosen[blockId]?.[actionId] ?? first };
  }
  return values;
}

/** The element after the person typed or chose; an empty choice empties it. */
export function chosen(element: JsonObject, choice: Choice): JsonObject {
  const type = String(element.type);
  // An overflow menu has no state: what is pressed is sent, and forgotten.
  const [field] = type === "overflow" ? ["selected_option"] : (STATES[type] ?? []);
  if (!field || type === "file_input") throw new CannotDo(`Nothing can be written or chosen in a ${type}.`);
  const each = [choice].flat().filter((one) => one !== "");
  if (Array.isArray(choice) !== isMany(field))
    throw new CannotDo(`A ${type} takes ${isMany(field) ? "a list" : "one"}.`);
  const values = each.map((one) => valueIn(element, field, one));
  const most = Number(element.max_selected_items ?? values.length);
  if (values.length > most) throw new CannotDo(`At most ${most} may be chosen.`);
  return { type, [field]: isMany(field) ? values : (values[0] ?? null) };
}

/** What was written or chosen stays in the form. */
export function keep({ state, blocks }: View, blockId: string, actionId: string, chosen: JsonObject): void {
  state.values = currentState(blocks, state.values);
  state.values[blockId] = { ...state.values[blockId], [actionId]: chosen };
}

function valueIn(element: JsonObject, field: string, one: string): unknown {
  if (/_options?$/.test(field)) return optionIn(element, one);
  if (field === "selected_date_time") return Number(one);
  if (field !== "rich_text_value") return one;
  const elements = [{ type: "rich_text_section", elements: [{ type: "text", text: one }] }];
  return { type: "rich_text", elements };
}

interface Option extends JsonObject {
  text: { text: string };
  value: string;
}

function optionIn(element: JsonObject, wanted: string): Option {
  const groups = (element.option_groups ?? []) as { options: Option[] }[];
  const options = (element.options ?? groups.flatMap((group) => group.options)) as Option[];
  const found = options.find((one) => one.value === wanted || one.text.text === wanted);
  if (!found)
    throw new CannotDo(`No option ${wanted}; there is: ${options.map((one) => one.text.text).join(", ")}.`);
  return found;
}

const EN = {
  required: "Please complete this required field.",
  short: (least: number) => `Please enter at least ${least} characters.`,
  long: "Please shorten your entry.",
  wrong: "Please enter a valid value.",
};
const ZH: typeof EN = {
  required: "请填写此必填字段。",
  short: (least) => `请至少输入 ${least} 个字符。`,
  long: "请缩短您输入的内容。",
  wrong: "请输入有效的值。",
};

/** What Slack takes for right. */
const FORMS: Record<string, (value: string, element: JsonObject) => boolean> = {
  email_text_input: (value) => /^\S+@\S+\.\S+$/.test(value),
  url_text_input: (value) => URL.canParse(value),
  number_input: (value, { is_decimal_allowed, min_value, max_value }) =>
    (is_decimal_allowed ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/).test(value) &&
    Number(value) >= Number(min_value ?? -Infinity) &&
    Number(value) <= Number(max_value ?? Infinity),
};

/** Slack's own check before a form is sent: what would be shown under each input, in the language of who fills it. */
export function missing(
  { block, element }: Actionable,
  state: JsonObject,
  locale: string | undefined,
): string | undefined {
  const words = locale?.startsWith("zh") ? ZH : EN;
  const value = Object.entries(state).find(([key]) => key !== "type")?.[1];
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0))
    return block.optional ? undefined : words.required;
  if (typeof value !== "string") return undefined;
  if (!(FORMS[String(element.type)]?.(value, element) ?? true)) return words.wrong;
  const least = Number(element.min_length ?? 0);
  if (value.length < least) return words.short(least);
  if (value.length > Number(element.max_length ?? 3000)) return words.long;
  return undefined;
}
