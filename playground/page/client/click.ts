/** Buttons of messages, of Home and of modals: what was clicked is found by its ids, and confirmed first where the bot asks for it. */
import type { Side } from "../types.ts";
import { ask } from "./ask.ts";
import { type Confirm, confirmFirst } from "./confirm.ts";
import { copyText } from "./copy.ts";
import { openDashboard } from "./session.ts";
import { parts, rememberToken } from "./state.ts";

type Shown = () => Side | undefined;
type Where = { channel: string; ts: string } | { view: string } | { home: true };

interface Clicked {
  sent: boolean;
  asked?: Confirm;
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
  const link = target.closest<HTMLAnchorElement>("a[href*='/archives/']");
  if (link) return void showMessage(event, link.href);
  const copy = target.closest<HTMLElement>("[data-copy]");
  const text = copy?.nextElementSibling?.textContent?.trim();
  if (copy) return void copyText(text ?? "", copy, side()?.words.copied);
  const button = target.closest<HTMLButtonElement>("button[data-action]");
  const user = side()?.who.id;
  const where = button && whereOf(button);
  if (!button || !user || !where) return;
  void press(button, user, where, overlay);
}

/** There is no Slack to open: the message is looked for on this page. */
function showMessage(event: Event, href: string): void {
  event.preventDefault();
  const [, channel, seconds, rest] = /archives\/(\w+)\/p(\d+)(\d{6})$/.exec(href) ?? [];
  const message = document.querySelector(`[data-channel="${channel}"][data-ts="${seconds}.${rest}"]`);
  message?.scrollIntoView({ behavior: "smooth", block: "center" });
}

async function press(
  button: HTMLButtonElement,
  user: string,
  where: Where,
  overlay: HTMLElement,
): Promise<void> {
  const { action, value, url } = button.dataset;
  if (url) leadTo(url);
  // It is drawn anew when something came of it.
  button.classList.add("busy", "pressed");
  const click = { user, where, action, value };
  const first = await ask<Clicked>("click", click);
  if (first?.asked && !first.sent && (await confirmFirst(overlay, first.asked, button)))
    await ask("click", { ...click, confirm: true });
  button.classList.remove("busy");
}

/** The dashboard stands on this page. */
function leadTo(url: string): void {
  const { origin, pathname, hash } = new URL(url);
  if (origin !== parts.facts?.dashboard) return void window.open(url, "_blank", "noopener");
  if (hash) rememberToken(hash.slice(1));
  openDashboard(pathname + hash);
}
