/** The inputs of a form. Each is named by its block; labels and hints are words of the reader's language. */

import type { InputBlock, PlainTextOption } from "@slack/types";
import type { Locale } from "../../request/people.ts";
import { plainText } from "../../slack/messages/blocks.ts";
import { cut, oneLine } from "../../slack/text/format.ts";
import { wordsFor } from "../../slack/text/index.ts";
import type { InputName } from "./form.ts";

const LONGEST_OPTION = 75;
const MOST_OPTIONS = 100;
const LONGEST_INPUT = 500;

interface InputLook {
  locale: Locale;
  optional?: boolean;
}

/** Only what may be left empty has a hint: it says what happens then. */
function input(
  name: InputName,
  { locale, optional = false }: InputLook,
  element: InputBlock["element"],
): InputBlock {
  const { label, hint } = wordsFor(locale).forms.inputs[name];
  return {
    type: "input",
    block_id: name,
    label: plainText(label),
    optional,
    element,
    ...(optional && hint ? { hint: plainText(hint) } : {}),
  };
}

export const textInput = (
  name: InputName,
  asked: InputLook & { initial?: string; multiline?: boolean },
): InputBlock =>
  input(name, asked, {
    type: "plain_text_input",
    action_id: name,
    max_length: LONGEST_INPUT,
    multiline: asked.multiline ?? false,
    ...(asked.initial ? { initial_value: cut(asked.initial, LONGEST_INPUT) } : {}),
  });

export interface Choice {
  value: string;
  text: string;
  description?: string;
}

/** `isTold`: the bot hears at once what was chosen. */
export function choiceInput(
  name: InputName,
  asked: InputLook & { choices: Choice[]; initial?: string | undefined; isTold?: boolean },
): InputBlock {
  const options = asked.choices.slice(0, MOST_OPTIONS).map(optionFor);
  const initial = options.find(({ value }) => value === asked.initial);
  const block = input(name, asked, {
    type: "static_select",
    action_id: name,
    options,
    ...(initial ? { initial_option: initial } : {}),
  });
  return asked.isTold ? { ...block, dispatch_action: true } : block;
}

const optionFor = ({ value, text, description = "" }: Choice): PlainTextOption => ({
  value,
  text: plainText(cut(text, LONGEST_OPTION)),
  ...(description ? { description: plainText(cut(oneLine(description), LONGEST_OPTION)) } : {}),
});

/** The bot hears at once who was chosen. */
export const personInput = (
  name: InputName,
  asked: InputLook & { initial?: string | null | undefined },
): InputBlock => ({
  ...input(name, asked, {
    type: "users_select",
    action_id: name,
    ...(asked.initial ? { initial_user: asked.initial } : {}),
  }),
  dispatch_action: true,
});

/** One box that must be ticked; its block is another one for each value. */
export const boxInput = (
  name: InputName,
  { locale, value, text }: InputLook & { value: string; text: string },
): InputBlock => ({
  ...input(name, { locale }, { type: "checkboxes", action_id: name, options: [optionFor({ value, text })] }),
  block_id: `${name}-${value}`,
});
