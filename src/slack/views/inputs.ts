/** The inputs of modals, within Slack's limits. */
import type {
  DateTimepicker,
  InputBlock,
  PlainTextElement,
  PlainTextInput,
  Option as SlackOption,
  StaticSelect,
} from "@slack/types";
import { SECOND } from "../../domain/duration.ts";
import { cut, oneLine } from "../messages/text.ts";

const LABEL = 75;
/** Of one list, and of one group of a longer one. */
const MOST = 100;

export type Option = SlackOption & { text: PlainTextElement; value: string };

export const plain = (text: string): PlainTextElement => ({ type: "plain_text", text });

export const input = (
  block_id: string,
  label: string,
  element: InputBlock["element"],
  more: Pick<InputBlock, "optional" | "hint" | "dispatch_action"> = {},
): InputBlock => ({ type: "input", block_id, label: plain(label), element, ...more });

export const option = (value: string, text: string, description?: string): Option => ({
  value,
  text: plain(cut(oneLine(text), LABEL)),
  ...(description ? { description: plain(cut(oneLine(description), LABEL)) } : {}),
});

/** More than one list holds come in groups, named by their first and last. */
export function select(action_id: string, all: readonly Option[], chosen: string): StaticSelect {
  const initial = all.find(({ value }) => value === chosen);
  return {
    type: "static_select",
    action_id,
    ...(all.length <= MOST ? { options: [...all] } : { option_groups: groups(all) }),
    ...(initial ? { initial_option: initial } : {}),
  };
}

function groups(all: readonly Option[]) {
  const starts = Array.from({ length: Math.min(Math.ceil(all.length / MOST), MOST) }, (_, i) => i * MOST);
  return starts.map((start) => {
    const some = all.slice(start, start + MOST);
    const label = `${some[0]?.text.text ?? ""} – ${some.at(-1)?.text.text ?? ""}`;
    return { label: plain(cut(label, LABEL)), options: some };
  });
}

/** In the reader's own time zone. */
export const dateTimePicker = (action_id: string, initial: number | null): DateTimepicker => ({
  type: "datetimepicker",
  action_id,
  ...(initial === null ? {} : { initial_date_time: Math.floor(initial / SECOND) }),
});

export const textInput = (
  action_id: string,
  initial: string,
  more: Pick<PlainTextInput, "multiline" | "max_length" | "min_length" | "focus_on_load">,
): PlainTextInput => ({
  type: "plain_text_input",
  action_id,
  ...(initial === "" ? {} : { initial_value: cut(initial, more.max_length ?? 3_000) }),
  ...more,
});
