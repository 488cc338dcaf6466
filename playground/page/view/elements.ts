/** Block Kit's interactive elements, as far as the bot uses them, as HTML; the page's script finds them by their data attributes. */
import type { Block, JsonObject } from "../../../sandbox/slack/index.ts";
import { chromeFor } from "./chrome.ts";
import { attr, esc } from "./escape.ts";
import { type Reader, realName } from "./reader.ts";

/** `state`: what was typed or chosen in a view so far; `errors`: what stands under its inputs. */
export interface Form {
  values?: Record<string, Record<string, JsonObject>>;
  errors?: Record<string, string>;
}

interface Option {
  text: { text: string };
  value: string;
}

const words = (text: unknown): string => String((text as { text?: string } | undefined)?.text ?? "");

export function drawButton(element: JsonObject, block: Block): string {
  const kind = element.style ? ` ${esc(element.style)}` : "";
  return (
    `<button type="button" class="bk-button${kind}"${idsOf(element, block)}${attr("data-value", element.value)}` +
    `${attr("data-url", element.url)}${attr("aria-label", element.accessibility_label)}>${esc(words(element.text))}</button>`
  );
}

const idsOf = (element: JsonObject, block: Block): string =>
  attr("data-block", block.block_id) + attr("data-action", element.action_id);

export function drawInput(block: Block, reader: Reader, form: Form): string {
  const error = form.errors?.[String(block.block_id)];
  const hint = words(block.hint);
  const optional = block.optional ? `<span class="bk-optional">${chromeFor(reader).optional}</span>` : "";
  return (
    `<label class="bk-input${error ? " wrong" : ""}"><span class="bk-label">${esc(words(block.label))}${optional}</span>` +
    drawField(block, reader, form) +
    (error ? `<span class="bk-error" role="alert">${esc(error)}</span>` : "") +
    `${hint ? `<span class="bk-hint">${esc(hint)}</span>` : ""}</label>`
  );
}

function drawField(block: Block, reader: Reader, form: Form): string {
  const element = block.element as JsonObject;
  const state = form.values?.[String(block.block_id)]?.[String(element.action_id)] ?? {};
  const names =
    idsOf(element, block) +
    attr("data-field", true) +
    attr("data-told", block.dispatch_action) +
    attr("data-cursor", element.focus_on_load) +
    attr("aria-label", words(block.label));
  if (element.type === "plain_text_input")
    return textField(element, names, String(state.value ?? element.initial_value ?? ""));
  if (element.type === "users_select") {
    const people = [...reader.directory.people.values()];
    const options = people.map((one) => ({ text: { text: realName(one) }, value: one.id }));
    return menu(options, String(state.selected_user ?? element.initial_user ?? ""), names, reader);
  }
  const chosen = (state.selected_option ?? element.initial_option) as Option | null | undefined;
  return menu((element.options ?? []) as Option[], chosen?.value ?? "", names, reader);
}

function textField(element: JsonObject, names: string, value: string): string {
  const common = names + attr("maxlength", element.max_length);
  if (element.multiline) return `<textarea rows="4"${common}>${esc(value)}</textarea>`;
  return `<input type="text"${common}${attr("value", value)}>`;
}

function menu(options: Option[], chosen: string, names: string, reader: Reader): string {
  const rest = options.map(
    ({ value, text }) =>
      `<option${attr("value", value)}${attr("selected", value === chosen)}>${esc(words(text))}</option>`,
  );
  return `<select class="bk-menu"${names}><option value="">${chromeFor(reader).choose}</option>${rest.join("")}</select>`;
}
