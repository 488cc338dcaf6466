/** The page's script. The server draws; this shows what it sends, and sends what is clicked and typed. */
import morphdom from "morphdom";
import type { PageParts } from "../view/page.ts";

const language = navigator.language.startsWith("zh") ? "zh" : "en";
document.documentElement.lang = language === "zh" ? "zh-CN" : "en";

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const frame = byId<HTMLIFrameElement>("dashboard");

/** Whose Slack is shown; the address keeps it, so a reload shows the same. */
const watched = new URLSearchParams(location.search);
let source: EventSource | undefined;

function watch(change: Record<string, string>): void {
  for (const [name, value] of Object.entries(change)) watched.set(name, value);
  history.replaceState(null, "", `?${watched}`);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  source?.close();
  source = new EventSource(
    `/events?${new URLSearchParams([...watched, ["language", language], ["zone", timeZone]])}`,
  );
  source.onmessage = ({ data }) => show(JSON.parse(data));
}

let dashboard = "";

function show({ dashboard: address, html }: PageParts): void {
  dashboard = address;
  if (!frame.src) openDashboard("/insight");
  for (const [id, content] of Object.entries(html))
    morphdom(byId(id), `<div>${content}</div>`, {
      childrenOnly: true,
      onBeforeElUpdated: mayUpdate,
      onBeforeNodeDiscarded: closeFirst,
    });
  for (const dialog of document.querySelectorAll<HTMLDialogElement>(".modal:not([open])")) dialog.show();
  for (const list of document.querySelectorAll<HTMLElement>(".items")) followEnd(list);
}

/** What is typed stays, and an open modal stays open. */
function mayUpdate(old: HTMLElement, fresh: HTMLElement): boolean {
  if (old === document.activeElement && old.matches("input, textarea")) return false;
  if (old instanceof HTMLDialogElement) fresh.toggleAttribute("open", old.open);
  return !old.isEqualNode(fresh);
}

/** So that the focus goes back to where it was. */
function closeFirst(node: Node): boolean {
  if (node instanceof HTMLDialogElement) node.close();
  return true;
}

const lastSeen = new Map<string, string | undefined>();

/** A new or changed last message is scrolled into view, its first line at least. */
function followEnd(list: HTMLElement): void {
  const last = list.lastElementChild as HTMLElement | null;
  if (lastSeen.get(list.id) === last?.innerHTML) return;
  lastSeen.set(list.id, last?.innerHTML);
  list.scrollTop = last?.offsetTop ?? 0;
}

/** Under the name that this page was opened by: cookies go to no other site's frame. */
function openDashboard(path: string): void {
  const url = new URL(path, dashboard);
  url.hostname = location.hostname;
  frame.src = url.href;
}

let fading: number | undefined;

function toast(text: string): void {
  byId("toast").textContent = text;
  clearTimeout(fading);
  fading = window.setTimeout(() => toast(""), 6000);
}

interface Answer {
  confirmation?: string;
  error?: string;
  said?: Record<typeof language, string>;
}

/** Undefined when it was refused. */
async function post(action: string, body: object): Promise<Answer | undefined> {
  const headers = { "content-type": "application/json" };
  const request = fetch(`/do/${action}`, { method: "POST", headers, body: JSON.stringify(body) });
  const response = await request.catch(() => undefined);
  const answer: Answer = response ? await response.json() : { error: "The playground isn’t running." };
  if (response?.ok) return answer;
  toast(answer.said?.[language] ?? answer.error ?? "");
  return undefined;
}

/** Resolves to whether the dialog was confirmed. */
function confirmed(content: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>("confirm");
  dialog.innerHTML = `<form method="dialog">${content}</form>`;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
  });
}

const bodyOf = (element: HTMLElement): object => JSON.parse(element.dataset.body ?? "{}");

async function press(button: HTMLElement): Promise<void> {
  const { do: action = "", open, show: shown } = button.dataset;
  if (open?.startsWith(dashboard)) openDashboard(open.slice(dashboard.length));
  else if (open) window.open(open, "_blank", "noopener");
  if (shown) watch(Object.fromEntries(new URLSearchParams(shown)));
  button.classList.add("busy");
  const answer = await post(action, bodyOf(button));
  if (answer?.confirmation && (await confirmed(answer.confirmation)))
    await post(action, { ...bodyOf(button), confirm: true });
  button.classList.remove("busy");
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const link = target.closest<HTMLAnchorElement>("a[href*='/archives/']");
  if (link) {
    // There is no Slack to open. The message may be on this page.
    event.preventDefault();
    const [, channel, seconds, rest] = /archives\/(\w+)\/p(\d+)(\d{6})$/.exec(link.href) ?? [];
    document.querySelector(`[id$="-${channel}-${seconds}.${rest}"]`)?.scrollIntoView();
  }
  const place = target.closest<HTMLButtonElement>("button[data-watch]");
  if (place) watch({ [place.name]: place.value });
  const button = target.closest<HTMLElement>("button[data-do]");
  if (button) void press(button);
});

document.addEventListener("change", ({ target }) => {
  const field = target as HTMLSelectElement;
  if (field.matches("[data-watch]")) watch({ [field.name]: field.value });
  if (field.dataset.field)
    void post("choose", { ...JSON.parse(field.dataset.field), action: field.name, value: field.value });
});

document.addEventListener("submit", async (event) => {
  const form = event.target as HTMLFormElement;
  const action = form.dataset.do;
  if (!action) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form));
  const body = action === "write" ? values : { values };
  if (action === "write") form.reset();
  await post(action, { ...bodyOf(form), ...body });
});

document.addEventListener("keydown", ({ key, target }) => {
  if (key === "Escape")
    (target as Element).closest(".modal")?.querySelector<HTMLElement>("[data-do=close]")?.click();
});

await post("greet", { language, zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
watch({});
