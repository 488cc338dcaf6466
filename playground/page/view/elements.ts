/** Block Kit's buttons and inputs, as far as the bot uses them. The page's script finds them by their data attributes. */
import type { Block, JsonObject, View } from "../../../sandbox/slack/index.ts";
import { attributes, type Html, html } from "./html.ts";
import { nameOf, type Reader } from "./reader.ts";

/** What the blocks are part of. */
export interface Surface {
  reader: Reader;
  where: { channel: string; ts: string } | { view: string };
  /** What was typed or chosen in a modal, and what is wrong with it. */
  form?: Pick<View, "state" | "errors">;
}

interface Option {
  text: { text: string };
  value: string;
}

export const words = (text: unknown): string => String((text as { text?: string } | undefined)?.text ?? "");

export function drawButton(element: JsonObject, { reader, where }: Surface): Html {
  const { action_id, value, style = "", url, accessibility_label } = element;
  const what = value === undefined ? action_id : { actionId: action_id, value };
  return html`<button type="button" ${attributes({
    class: `bk-button ${style}`,
    "data-do": "click",
    "data-body": { user: reader.person.id, where, what },
    "data-action": action_id,
    "data-open": url,
    "aria-label": accessibility_label,
  })}>${words(element.text)}</button>`;
}

export function drawInput(block: Block, surface: Surface): Html {
  const error = surface.form?.errors?.[String(block.block_id)];
  const hint = words(block.hint);
  return html`<label class="bk-input">
    <span class="bk-label">${words(block.label)} ${block.optional === true && html`<small>${surface.reader.t("optional", "选填")}</small>`}</span>
    ${drawField(block, surface)}
    ${error !== undefined && html`<span class="bk-error" role="alert">${error}</span>`}
    ${hint !== "" && html`<span class="bk-hint">${hint}</span>`}
  </label>`;
}

function drawField(block: Block, { reader, where, form }: Surface): Html {
  const element = block.element as JsonObject;
  const state = form?.state.values[String(block.block_id)]?.[String(element.action_id)] ?? {};
  const common = {
    name: element.action_id,
    "data-field": { user: reader.person.id, ...where },
    "aria-label": words(block.label),
    autofocus: element.focus_on_load,
  };
  if (element.type === "plain_text_input") {
    const value = String(state.value ?? element.initial_value ?? "");
    const limits = attributes({ ...common, maxlength: element.max_length });
    if (element.multiline) return html`<textarea rows="4"${limits}>${value}</textarea>`;
    return html`<input type="text"${limits}${attributes({ value })}>`;
  }
  if (element.type === "users_select") {
    const people = [...reader.directory.people.values()];
    const options = people.map((one) => ({ text: { text: nameOf(one) }, value: one.id }));
    return drawMenu(options, state.selected_user ?? element.initial_user, attributes(common), reader);
  }
  const chosen = (state.selected_option ?? element.initial_option) as Option | null | undefined;
  return drawMenu((element.options ?? []) as Option[], chosen?.value, attributes(common), reader);
}

/** A form doesn't submit an option that is disabled. */
function drawMenu(options: Option[], chosen: unknown, names: Html, { t }: Reader): Html {
  const drawn = options.map(
    ({ value, text }) =>
      html`<option${attributes({ value, selected: value === chosen })}>${words(text)}</option>`,
  );
  return html`<select${names}><option disabled${attributes({ selected: !chosen })}>${t("Choose…", "请选择…")}</option>${drawn}</select>`;
}

/** The dialog that a button shows before it is sent. */
export function confirmation({ title, text, confirm, deny, style = "primary" }: JsonObject): Html {
  return html`<h2>${words(title)}</h2>
    <p>${words(text)}</p>
    <footer>
      <button class="bk-button" value="no">${words(deny)}</button>
      <button class="bk-button ${String(style)}" value="yes">${words(confirm)}</button>
    </footer>`;
}
