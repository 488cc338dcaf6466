/** The bot's modal: its frame is ours, its blocks came drawn. */
import type { Side } from "../types.ts";
import { ask } from "./ask.ts";
import { chosenIn } from "./click.ts";
import { h } from "./dom.ts";
import { trap } from "./trap.ts";

export function drawModal(overlay: HTMLElement, { modal, who }: Side): void {
  const old = overlay.querySelector<HTMLElement>(".sheet.modal");
  if (!modal) {
    old?.remove();
    return;
  }
  const rev = `${who.id} ${modal.id} ${modal.rev}`;
  if (old?.dataset.rev === rev) return;
  const close = () => void ask("close", { user: who.id, view: modal.id });
  const fields = h("div", { class: "bk fields" });
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
      h("button", { type: "button", class: "cross", "aria-label": "Close", onclick: close }, "✕"),
    ),
    fields,
    h(
      "footer",
      {},
      h("button", { type: "button", class: "bk-button", onclick: close }, modal.close),
      modal.submit && h("button", { type: "submit", class: "bk-button primary" }, modal.submit),
    ),
  );
  sheet.dataset.rev = rev;
  if (old) old.replaceWith(sheet);
  else overlay.append(sheet);
  trap(sheet, close);
  (fields.querySelector<HTMLElement>("textarea, input, select") ?? sheet.querySelector("button"))?.focus();
}

function valuesOf(fields: HTMLElement): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const field of fields.querySelectorAll<HTMLElement>("[data-field]")) {
    const value = chosenIn(field);
    const empty = value === undefined || value.length === 0;
    if (field.dataset.action && (!empty || field.matches("textarea, input")))
      values[field.dataset.action] = value ?? "";
  }
  return values;
}

/** Slack's own check, before the bot hears of it. */
function showErrors(fields: HTMLElement, errors: Record<string, string>): void {
  for (const old of fields.querySelectorAll(".bk-error")) old.remove();
  for (const [block, words] of Object.entries(errors)) {
    const field = [...fields.querySelectorAll<HTMLElement>("[data-block]")].find(
      (one) => one.dataset.block === block,
    );
    field?.closest(".bk-input")?.classList.add("wrong");
    field?.after(h("span", { class: "bk-error", role: "alert" }, words));
    field?.focus();
  }
}
