/** The bot's modal: its frame is ours, its blocks came drawn. */
import type { Side } from "../types.ts";
import { ask } from "./ask.ts";
import { h, plainButton } from "./dom.ts";
import { holdFocus } from "./focus.ts";
import { trap } from "./trap.ts";

/** By overlay: gives focus back to what opened the modal. */
const openers = new WeakMap<HTMLElement, () => void>();

/** `rooms`: all that may open one. */
export function drawModal(
  overlay: HTMLElement,
  rooms: readonly HTMLElement[],
  { modal, who, words }: Side,
): void {
  const old = overlay.querySelector<HTMLElement>(".sheet.modal");
  if (!modal) {
    old?.remove();
    if (old) openers.get(overlay)?.();
    return;
  }
  const rev = `${who.id} ${modal.id} ${modal.rev}`;
  if (old?.dataset.rev === rev) return;
  const close = () => void ask("close", { user: who.id, view: modal.id });
  const tell = ({ target }: Event) => {
    const field = target as HTMLInputElement;
    const { action } = field.dataset;
    if (field.matches("[data-told]"))
      void ask("choose", { user: who.id, view: modal.id, action, value: field.value });
  };
  const fields = h("div", { class: "bk fields", onchange: tell });
  fields.innerHTML = modal.html;
  const submit = async (event: Event) => {
    event.preventDefault();
    const held = await ask<{ errors: Record<string, string> }>("submit", {
      ...{ user: who.id, view: modal.id, values: valuesOf(fields) },
    });
    showErrors(fields, held?.errors ?? {});
  };
  const sheet = h(
    "form",
    {
      class: "sheet modal",
      role: "dialog",
      "aria-modal": "true",
      "aria-label": modal.title,
      novalidate: true,
      onsubmit: submit,
    },
    h(
      "header",
      {},
      h("h2", {}, modal.title),
      plainButton({ class: "cross", "aria-label": words.close, onclick: close }, "✕"),
    ),
    fields,
    h(
      "footer",
      {},
      plainButton({ class: "bk-button", onclick: close }, modal.close),
      modal.submit && h("button", { type: "submit", class: "bk-button primary" }, modal.submit),
    ),
  );
  sheet.dataset.rev = rev;
  sheet.dataset.view = modal.id;
  trap(sheet, close);
  if (old) replace(old, sheet);
  else {
    const from = rooms.find((room) => room.contains(document.activeElement)) ?? document.body;
    openers.set(overlay, holdFocus(from));
    overlay.append(sheet);
    enter(sheet);
  }
}

const FIELDS = "textarea, input, select";
const enter = (sheet: HTMLElement): void =>
  ["[data-cursor]", `.fields :is(${FIELDS})`, "button"]
    .map((one) => sheet.querySelector<HTMLElement>(one))
    .find((one) => one !== null)
    ?.focus();

/** As Slack: what was typed stays where the same field is still asked for. */
function replace(old: HTMLElement, sheet: HTMLElement): void {
  const same = old.dataset.view === sheet.dataset.view;
  const focused = document.activeElement as HTMLElement | null;
  for (const field of same ? old.querySelectorAll<HTMLInputElement>("[data-field]") : []) {
    const twin = fieldLike(sheet, field);
    if (twin && field.value !== undefined) twin.value = field.value;
  }
  old.replaceWith(sheet);
  const again = same && focused && fieldLike(sheet, focused);
  if (again) again.focus();
  else enter(sheet);
}

const fieldLike = (sheet: HTMLElement, { dataset }: HTMLElement): HTMLInputElement | undefined =>
  [...sheet.querySelectorAll<HTMLInputElement>("[data-field]")].find(
    (one) => one.dataset.block === dataset.block && one.dataset.action === dataset.action,
  );

/** A menu without a choice says nothing. */
function valuesOf(fields: HTMLElement): Record<string, string> {
  const values: Record<string, string> = {};
  for (const field of fields.querySelectorAll<HTMLInputElement>("[data-field]"))
    if (field.dataset.action && (field.value || !field.matches("select")))
      values[field.dataset.action] = field.value;
  return values;
}

/** Slack's own check, before the bot hears of it. */
function showErrors(fields: HTMLElement, errors: Record<string, string>): void {
  for (const old of fields.querySelectorAll(".bk-error")) old.remove();
  for (const old of fields.querySelectorAll(".wrong")) old.classList.remove("wrong");
  for (const [block, words] of Object.entries(errors)) {
    const field = [...fields.querySelectorAll<HTMLElement>("[data-block]")].find(
      (one) => one.dataset.block === block,
    );
    field?.closest(".bk-input")?.classList.add("wrong");
    field?.after(h("span", { class: "bk-error", role: "alert" }, words));
    field?.focus();
  }
}
