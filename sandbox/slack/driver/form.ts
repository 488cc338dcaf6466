/** The values of inputs and selects, in the shape Slack puts into `state.values`. */
import { CannotDo } from "../errors.ts";
import { type Actionable, actionables } from "../read.ts";
import type { Block, JsonObject } from "../types.ts";

export type Choice = string | number | string[];
export type Values = Record<string, Record<string, JsonObject>>;

const single: Record<string, string> = {
  users_select: "user",
  conversations_select: "conversation",
  channels_select: "channel",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "date_time",
};

/** What the person sees now: what they chose, else the initial values. */
export function currentState(blocks: Block[], chosen: Values): Values {
  const values: Values = {};
  for (const { block, element } of actionables(blocks)) {
    const kind = String(element.type);
    if (kind === "button" || kind === "overflow") continue;
    const blockId = String(block.block_id);
    const actionId = String(element.action_id);
    const inBlock = values[blockId] ?? {};
    values[blockId] = inBlock;
    inBlock[actionId] = chosen[blockId]?.[actionId] ?? initial(element);
  }
  return values;
}

function initial(element: JsonObject): JsonObject {
  const type = String(element.type);
  if (type.endsWith("_input")) return { type, value: element.initial_value ?? null };
  if (type === "static_select" || type === "radio_buttons") {
    return { type, selected_option: element.initial_option ?? null };
  }
  if (type === "multi_static_select" || type === "checkboxes") {
    return { type, selected_options: element.initial_options ?? [] };
  }
  if (type === "multi_users_select") return { type, selected_users: element.initial_users ?? [] };
  const key = single[type] ?? "value";
  return { type, [`selected_${key}`]: element[`initial_${key}`] ?? null };
}

/** The element after the person typed or chose; options are named by their value or their words. */
export function chosen(element: JsonObject, choice: Choice): JsonObject {
  const type = String(element.type);
  // An input that was emptied says so.
  if (type.endsWith("_input")) return { type, value: choice === "" ? null : String(choice) };
  if (["static_select", "radio_buttons", "overflow"].includes(type)) {
    return { type, selected_option: optionOf(element, String(choice)) };
  }
  const many = Array.isArray(choice) ? choice : [String(choice)];
  if (["multi_static_select", "checkboxes"].includes(type)) {
    return { type, selected_options: many.map((one) => optionOf(element, one)) };
  }
  if (type === "multi_users_select") return { type, selected_users: many };
  if (type === "datetimepicker") return { type, selected_date_time: choice === "" ? null : Number(choice) };
  const key = single[type];
  if (key === undefined) throw new CannotDo(`Nothing can be chosen in a ${type}.`);
  return { type, [`selected_${key}`]: choice };
}

interface Option extends JsonObject {
  text: { text: string };
  value: string;
}

function optionOf(element: JsonObject, wanted: string): Option {
  const groups = (element.option_groups ?? []) as { options: Option[] }[];
  const options = [...((element.options ?? []) as Option[]), ...groups.flatMap((group) => group.options)];
  const found = options.find((one) => one.value === wanted || one.text.text === wanted);
  if (!found)
    throw new CannotDo(`No option ${wanted}; there is: ${options.map((one) => one.text.text).join(", ")}.`);
  return found;
}

const EN = {
  required: "Please complete this required field.",
  short: (least: number) => `Please enter at least ${least} characters.`,
  long: "Please shorten your entry.",
};
const ZH: typeof EN = {
  required: "请填写此必填字段。",
  short: (least) => `请至少输入 ${least} 个字符。`,
  long: "请缩短您输入的内容。",
};

/** Slack's own check before a form is sent: what would be shown under each input, in the language of who fills it. */
export function missing(
  { block, element }: Actionable,
  state: JsonObject,
  locale: string | undefined,
): string | undefined {
  const words = locale?.startsWith("zh") ? ZH : EN;
  const value = Object.entries(state).find(([key]) => key !== "type")?.[1];
  const empty = value === null || value === "" || (Array.isArray(value) && value.length === 0);
  if (empty) return block.optional ? undefined : words.required;
  if (typeof value !== "string") return undefined;
  const least = Number(element.min_length ?? 0);
  if (value.length < least) return words.short(least);
  if (value.length > Number(element.max_length ?? 3000)) return words.long;
  return undefined;
}
