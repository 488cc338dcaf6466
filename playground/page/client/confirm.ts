/** The dialog that a button asks for before it is sent. */
import { h, plainButton } from "./dom.ts";
import { holdFocus } from "./focus.ts";
import { trap } from "./trap.ts";

export interface Confirm {
  title: { text: string };
  text: { text: string };
  confirm: { text: string };
  deny: { text: string };
  style?: string;
}

/** By overlay: the no of the dialog that is open there. */
const refusals = new WeakMap<HTMLElement, () => void>();

/** Whoever is looked at now was not asked. */
export const dismissConfirm = (overlay: HTMLElement): void => refusals.get(overlay)?.();

/** Resolves with whether it was confirmed. */
export function confirmFirst(overlay: HTMLElement, asked: Confirm, opener: HTMLElement): Promise<boolean> {
  opener.focus();
  const giveFocusBack = holdFocus(opener.closest<HTMLElement>(".items") ?? opener);
  return new Promise((resolve) => {
    const settle = (yes: boolean) => {
      release();
      refusals.delete(overlay);
      sheet.remove();
      giveFocusBack();
      resolve(yes);
    };
    const style = asked.style === "danger" ? "danger" : "primary";
    const no = plainButton({ class: "bk-button", onclick: () => settle(false) }, asked.deny.text);
    const yes = plainButton({ class: `bk-button ${style}`, onclick: () => settle(true) }, asked.confirm.text);
    const sheet = h(
      "div",
      { class: "sheet small", role: "alertdialog", "aria-modal": "true", "aria-label": asked.title.text },
      h("h2", {}, asked.title.text),
      h("p", {}, asked.text.text),
      h("footer", {}, no, yes),
    );
    overlay.append(sheet);
    refusals.set(overlay, () => settle(false));
    const release = trap(sheet, () => settle(false));
    no.focus();
  });
}
