/** Block Kit's interactive elements as HTML; the page's script scenarios on their data attributes. Pure. */
import type { Block, JsonObject } from "../../../sandbox/slack/index.ts";
import { toField } from "../picked-time.ts";
import type { Form } from "./blocks.ts";
import { chromeOf } from "./chrome.ts";
import { attr, esc } from "./escape.ts";
import { type Reader, realNameOf } from "./reader.ts";

interface Option {
  text: { text: string };
  value?: string;
  url?: string;
}

interface Drawn {
  element: JsonObject;
  /** Of the block it stands in. */
  ids: string;
  state: JsonObject;
  reader: Reader;
  inForm: boolean;
}

const words = (text: unknown): string => String((text as { text?: string } | undefined)?.text ?? "");

export function drawElement(
  element: JsonObject,
  block: Block,
  reader: Reader,
  form: Form,
  inForm = false,
): string {
  const state = form.values?.[String(block.block_id)]?.[String(element.action_id)] ?? {};
  const ids = attr("data-block", block.block_id) + attr("data-action", element.action_id);
  const draw = BY_TYPE[String(element.type)];
  return draw?.({ element, ids, state, reader, inForm }) ?? "";
}

const TICKS = ["radio_buttons", "checkboxes"];

export function drawInput(block: Block, reader: Reader, form: Form): string {
  const error = form.errors?.[String(block.block_id)];
  const hint = words(block.hint);
  const label = esc(words(block.label));
  const optional = block.optional ? ` <span class="bk-optional">${chromeOf(reader).optional}</span>` : "";
  const element = block.element as JsonObject;
  // Ticks have labels of their own, and a label holds no other.
  const tag = TICKS.includes(String(element.type)) ? "div" : "label";
  return (
    `<${tag} class="bk-input${error ? " wrong" : ""}"${attr("data-dispatch", block.dispatch_action)}><span class="bk-label">${label}${optional}</span>` +
    drawElement({ accessibility_label: words(block.label), ...element }, block, reader, form, true) +
    (error ? `<span class="bk-error" role="alert">${esc(error)}</span>` : "") +
    `${hint ? `<span class="bk-hint">${esc(hint)}</span>` : ""}</${tag}>`
  );
}

function button({ element, ids }: Drawn): string {
  const kind = element.style ? ` ${esc(element.style)}` : "";
  return (
    `<button type="button" class="bk-button${kind}"${ids}${attr("data-value", element.value)}` +
    `${attr("data-url", element.url)}${attr("aria-label", element.accessibility_label)}>${esc(words(element.text))}</button>`
  );
}

const changing = ({ inForm }: Drawn): string => attr(inForm ? "data-field" : "data-choose", true);

function text(drawn: Drawn, type: string): string {
  const { element, ids, state } = drawn;
  const value = String(state.value ?? element.initial_value ?? "");
  const common =
    ids +
    attr("data-field", true) +
    attr("placeholder", words(element.placeholder) || undefined) +
    attr("maxlength", element.max_length);
  if (element.multiline) return `<textarea rows="4"${common}>${esc(value)}</textarea>`;
  return `<input type="${type}"${common}${attr("value", value)}>`;
}

function menu(drawn: Drawn, options: Option[], chosen: readonly string[], many = false): string {
  const { element, ids, reader } = drawn;
  const { choose, more } = chromeOf(reader);
  const empty = element.type === "overflow" ? "⋯" : words(element.placeholder) || choose;
  const first = many ? "" : `<option value="">${esc(empty)}</option>`;
  const label = element.accessibility_label ?? (element.type === "overflow" ? more : empty);
  const rest = options.map((option) => {
    const value = option.value ?? option.url ?? "";
    return `<option${attr("value", value)}${attr("selected", chosen.includes(value))}>${esc(words(option.text))}</option>`;
  });
  return `<select class="bk-menu ${esc(element.type)}"${ids}${changing(drawn)}${attr("multiple", many)}${attr("aria-label", label)}>${first}${rest.join("")}</select>`;
}

function optionsOf(element: JsonObject): Option[] {
  const groups = (element.option_groups ?? []) as { options: Option[] }[];
  return [...((element.options ?? []) as Option[]), ...groups.flatMap(({ options }) => options)];
}

const valuesIn = (option: unknown): string[] => {
  const value = (option as Option | null | undefined)?.value;
  return value === undefined ? [] : [value];
};

function ticks(drawn: Drawn, type: "radio" | "checkbox"): string {
  const { element, ids, state } = drawn;
  const one = state.selected_option ?? element.initial_option;
  const several = (state.selected_options ?? element.initial_options ?? []) as Option[];
  const chosen = [...valuesIn(one), ...several.flatMap(valuesIn)];
  const lines = optionsOf(element).map(
    (option) =>
      `<label><input type="${type}"${attr("name", element.action_id)}${attr("value", option.value)}` +
      `${attr("checked", chosen.includes(option.value ?? ""))}> ${esc(words(option.text))}</label>`,
  );
  const label = attr("aria-label", element.accessibility_label);
  return `<fieldset class="bk-ticks"${ids}${changing(drawn)}${label}>${lines.join("")}</fieldset>`;
}

const people = ({ reader }: Drawn): Option[] =>
  [...reader.directory.people.values()].map((one) => ({ text: { text: realNameOf(one) }, value: one.id }));
const channels = ({ reader }: Drawn): Option[] =>
  [...reader.directory.channels.values()].map((one) => ({ text: { text: `#${one.name}` }, value: one.id }));

const picked = ({ state, element }: Drawn, key: string): string =>
  String(state[`selected_${key}`] ?? element[`initial_${key}`] ?? "");

const picker = (type: string, key: string) => (drawn: Drawn) =>
  `<input type="${type}"${drawn.ids}${changing(drawn)}${attr("aria-label", drawn.element.accessibility_label ?? type)}${attr("value", picked(drawn, key))}>`;

const BY_TYPE: Record<string, (drawn: Drawn) => string> = {
  button,
  plain_text_input: (drawn) => text(drawn, "text"),
  number_input: (drawn) => text(drawn, "number"),
  email_text_input: (drawn) => text(drawn, "email"),
  url_text_input: (drawn) => text(drawn, "url"),
  overflow: (drawn) => menu(drawn, optionsOf(drawn.element), []),
  static_select: (drawn) =>
    menu(
      drawn,
      optionsOf(drawn.element),
      valuesIn(drawn.state.selected_option ?? drawn.element.initial_option),
    ),
  multi_static_select: (drawn) => {
    const chosen = (drawn.state.selected_options ?? drawn.element.initial_options ?? []) as Option[];
    return menu(drawn, optionsOf(drawn.element), chosen.flatMap(valuesIn), true);
  },
  users_select: (drawn) => menu(drawn, people(drawn), [picked(drawn, "user")]),
  channels_select: (drawn) => menu(drawn, channels(drawn), [picked(drawn, "channel")]),
  conversations_select: (drawn) => menu(drawn, channels(drawn), [picked(drawn, "conversation")]),
  multi_users_select: (drawn) => {
    const chosen = (drawn.state.selected_users ?? drawn.element.initial_users ?? []) as string[];
    return menu(drawn, people(drawn), chosen, true);
  },
  radio_buttons: (drawn) => ticks(drawn, "radio"),
  checkboxes: (drawn) => ticks(drawn, "checkbox"),
  datepicker: picker("date", "date"),
  timepicker: picker("time", "time"),
  datetimepicker: (drawn) => {
    const seconds = Number(picked(drawn, "date_time"));
    const value = seconds > 0 ? toField(seconds, drawn.reader.tz) : "";
    const label = attr("aria-label", drawn.element.accessibility_label);
    return `<input type="datetime-local"${drawn.ids}${changing(drawn)}${label}${attr("value", value)}>`;
  },
};
