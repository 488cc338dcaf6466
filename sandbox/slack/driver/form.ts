/** The values of inputs and selects, in the shape Slack puts into `state.values`. */
import { CannotDo } from "../errors.ts";
import { type Actionable, actionables } from "../read.ts";
import type { Block, JsonObject } from "../types.ts";

export type Choice = string;
export type Values = Record<string, Record<string, JsonObject>>;

/** What the person sees now: what they chose, else the initial values. */
export function currentState(blocks: Block[], chosen: Values): Values {
  const values: Values = {};
  for (const { block, element } of actionables(blocks)) {
    if (element.type === "button") continue;
    const [blockId, actionId] = [String(block.block_id), String(element.action_id)];
    values[blockId] = {
      ...values[blockId],
      [actionId]: chosen[blockId]?.[actionId] ?? initialState(element),
    };
  }
  return values;
}

function initialState({ type, ...element }: JsonObject): JsonObject {
  if (type === "plain_text_input") return { type, value: element.initial_value ?? null };
  if (type === "static_select") return { type, selected_option: element.initial_option ?? null };
  return { type, selected_user: element.initial_user ?? null };
}

/** The element after the person typed or chose; options are named by their value or their words. */
export function chosen(element: JsonObject, choice: Choice): JsonObject {
  const { type } = element;
  // An input that was emptied says so.
  if (type === "plain_text_input") return { type, value: choice === "" ? null : choice };
  if (type === "static_select") return { type, selected_option: optionIn(element, choice) };
  return { type, selected_user: choice };
}

interface Option extends JsonObject {
  text: { text: string };
  value: string;
}

function optionIn(element: JsonObject, wanted: string): Option {
  const options = (element.options ?? []) as Option[];
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
  if (value === null || value === "") return block.optional ? undefined : words.required;
  if (typeof value !== "string") return undefined;
  const least = Number(element.min_length ?? 0);
  if (value.length < least) return words.short(least);
  if (value.length > Number(element.max_length ?? 3000)) return words.long;
  return undefined;
}
