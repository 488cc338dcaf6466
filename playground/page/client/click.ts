/** Buttons and menus of messages and modals: what was clicked is found by its ids, and confirmed first where the bot asks for it. */
import type { Side } from "../types.ts";
import { ask } from "./ask.ts";
import { confirmFirst } from "./confirm.ts";
import { copyText } from "./copy.ts";
import { openDashboard } from "./tabs.ts";

type Shown = () => Side | undefined;
type Where = { channel: string; ts: string } | { view: string } | { home: true };

interface Clicked {
  sent: boolean;
  asked?: Confirm;
}

export interface Confirm {
  title: { text: string };
  text: { text: string };
  confirm: { text: string };
  deny: { text: string };
  style?: string;
}

function whereOf(element: Element): Where | undefined {
  if (element.closest("[data-home]")) return { home: true };
  const view = element.closest<HTMLElement>("[data-view]")?.dataset.view;
  if (view) return { view };
  const message = element.closest<HTMLElement>("[data-channel]");
  const { channel, ts } = message?.dataset ?? {};
  return channel && ts ? { channel, ts } : undefined;
}

export function actOn(event: Event, side: Shown, overlay: HTMLElement): void {
  const target = event.target as Element;
  const copy = target.closest<HTMLElement>("[data-copy]");
  const text = copy?.nextElementSibling?.textContent?.trim();
  if (copy) return void copyText(text ?? "", copy, side()?.words.copied);
  const button = target.closest<HTMLButtonElement>("button[data-action]");
  const user = side()?.who.id;
  const where = button && whereOf(button);
  if (!button || !user || !where) return;
  void press(button, user, where, overlay);
}

async function press(
  button: HTMLButtonElement,
  user: string,
  where: Where,
  overlay: HTMLElement,
): Promise<void> {
  const { action, value, url } = button.dataset;
  if (url) leadTo(url);
  button.classList.add("busy");
  await send("click", { user, where, action, value }, button, overlay);
  button.classList.remove("busy");
}

async function send(what: "click" | "choose", body: object, from: HTMLElement, overlay: HTMLElement) {
  const first = await ask<Clicked>(what, body);
  if (first?.asked && !first.sent && (await confirmFirst(overlay, first.asked, from)))
    await ask(what, { ...body, confirm: true });
}

/** The dashboard of the example stands on this page. */
function leadTo(url: string): void {
  if (url.startsWith(`${location.origin}/karpor`) || url.includes("/karpor/")) openDashboard();
  else window.open(url, "_blank", "noopener");
}

export function chooseIn(event: Event, side: Shown, overlay: HTMLElement): void {
  const field = (event.target as Element).closest<HTMLElement>("[data-choose]");
  const user = side()?.who.id;
  const where = field && whereOf(field);
  const choice = field && chosenIn(field);
  if (!field || !user || !where || !choice?.length) return;
  // Three dots keep no choice: the same can be chosen again.
  if (field.matches("select.overflow")) (field as HTMLSelectElement).value = "";
  const { action, block } = field.dataset;
  void send("choose", { user, where, action, block, choice }, field, overlay);
}

// The one that takes an input method's suggestion, as one types Chinese, is not meant for the form.
const isEnter = ({ key, isComposing }: KeyboardEvent): boolean => key === "Enter" && !isComposing;

/** In a modal: what the bot is told at once. A text is, as in Slack, by Enter. */
export function dispatchIn(event: Event, side: Shown): void {
  const field = (event.target as Element).closest<HTMLElement>("[data-dispatch] [data-field]");
  const view = field?.closest<HTMLElement>("[data-view]")?.dataset.view;
  const user = side()?.who.id;
  const isText = field?.matches("input:not([type=datetime-local])") ?? false;
  const isDone = event instanceof KeyboardEvent ? isText && isEnter(event) : !isText;
  const choice = (field && chosenIn(field)) ?? "";
  if (!field || !view || !user || !isDone || (!isText && choice.length === 0)) return;
  event.preventDefault();
  const { action, block } = field.dataset;
  void ask("choose", { user, where: { view }, action, block, choice });
}

/** What stands in an input, a menu or a group of ticks. */
export function chosenIn(field: Element): string | string[] | undefined {
  if (field instanceof HTMLSelectElement && field.multiple)
    return [...field.selectedOptions].map(({ value }) => value);
  if (field instanceof HTMLFieldSetElement) {
    const ticked = [...field.querySelectorAll<HTMLInputElement>("input:checked")];
    const values = ticked.map(({ value }) => value);
    return field.querySelector("[type=radio]") ? values[0] : values;
  }
  return (field as HTMLInputElement).value;
}
