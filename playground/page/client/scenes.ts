/** Behind the scenes: what passed, the records and their trail, the hub's objects, the waiting jobs. */
import type { Entry, Parts, RequestView } from "../types.ts";
import { toast } from "./ask.ts";
import { followEnd, h, keepInStep, swap } from "./dom.ts";
import { recall, remember } from "./remember.ts";
import { now, on, parts, timeText } from "./state.ts";

const LANES: Record<Entry["lane"], string> = {
  in: "Slack → bot",
  slack: "bot → Slack",
  hub: "bot → hub",
  state: "record",
  log: "log",
  you: "you",
};

const VIEWS = ["Timeline", "Requests", "Trail", "Hub", "Jobs"] as const;
type View = (typeof VIEWS)[number];

export function createScenes(panel: HTMLElement): void {
  let view: View = VIEWS.find((one) => one === recall("scene")) ?? "Timeline";
  const bar = h("div", { class: "views", role: "group", "aria-label": "What to show" });
  const about = h("p", { class: "about" });
  const list = h("div", { class: "list", tabindex: "0", role: "region", "aria-label": "Behind the scenes" });
  panel.append(bar, about, list);
  const end = followEnd(list);
  const pick = (next: View) => {
    view = next;
    remember("scene", next);
    list.replaceChildren();
    draw();
    if (next === "Timeline") end.again();
    else list.scrollTop = 0;
  };
  const draw = () => {
    const { scenes, timeline } = parts;
    if (!scenes) return;
    keepInStep(
      bar,
      VIEWS.map((one) => ({ key: one, rev: String(one === view) })),
      ({ key }) =>
        h("button", { type: "button", "aria-pressed": String(key === view), onclick: () => pick(key) }, key),
    );
    swap(about, view + scenes.bot + scenes.missing, () => [
      scenes.missing ?? ABOUT[view],
      ` The bot is ${scenes.bot}.`,
    ]);
    DRAW[view](list, scenes, timeline ?? []);
    if (view === "Timeline") end.follow();
  };
  on("scenes", draw);
  on("timeline", draw);
  window.setInterval(() => tick(list), 250);
}

const ABOUT: Record<View, string> = {
  Timeline: "Every payload and call, in order. Open one to read it; a token’s bytes are struck out.",
  Requests: "The records in Redis, as the bot wrote them.",
  Trail: "Every change of state, newest first, from the stream in Redis.",
  Hub: "What stands on the hub for the bot’s grants right now.",
  Jobs: "What waits in BullMQ. A job is a hint: losing it costs time, never truth.",
};

type Draw = (list: HTMLElement, scenes: Parts["scenes"], timeline: Entry[]) => void;

const DRAW: Record<View, Draw> = {
  Timeline: (list, _, timeline) =>
    keepInStep(
      list,
      timeline.map((entry) => ({
        ...entry,
        key: String(entry.n),
        rev: `${entry.note}${entry.times}${entry.bad}`,
      })),
      drawEntry,
    ),
  Requests: (list, { requests }) =>
    fill(
      list,
      requests.map((one) => ({ ...one, key: one.id, rev: one.json })),
      drawRequest,
    ),
  Trail: (list, { trail }) =>
    fill(
      list,
      trail.map((one) => ({ ...one, rev: one.key })),
      ({ at, words, who }) =>
        h(
          "div",
          { class: "row" },
          h("time", {}, timeText(at)),
          h("span", {}, words),
          h("em", {}, `by ${who}`),
        ),
    ),
  Hub: (list, { objects }) =>
    fill(
      list,
      objects.map((one) => ({ ...one, rev: one.json })),
      ({ kind, name, about, json }) =>
        h(
          "details",
          {},
          h("summary", {}, h("b", {}, kind), ` ${name}`, h("em", {}, about)),
          h("pre", {}, json),
        ),
    ),
  Jobs: (list, { jobs }) =>
    fill(
      list,
      jobs.map((one) => ({ ...one, rev: one.key })),
      ({ name, id, due }) =>
        h(
          "div",
          { class: "row" },
          h("time", { "data-until": due }, ""),
          h("span", {}, `${name} ${id}`),
          h("em", {}, timeText(due)),
        ),
    ),
};

function fill<T extends { key: string; rev: string }>(
  list: HTMLElement,
  items: T[],
  make: (item: T) => HTMLElement,
): void {
  if (items.length > 0) keepInStep(list, items, make);
  else keepInStep(list, [{ key: "none", rev: "1" }], () => h("p", { class: "none" }, "Nothing here now."));
}

function drawEntry({ n, at, lane, title, note, bad, times }: Entry): HTMLElement {
  const body = h("pre", {});
  const load = async () => {
    if (body.textContent) return;
    const response = await fetch(`/detail/${n}`);
    if (response.ok) body.textContent = await response.text();
    else toast("That is no longer kept.");
  };
  const line = [
    h("time", {}, timeText(at)),
    h("span", { class: "lane" }, LANES[lane]),
    h(
      "span",
      { class: "title" },
      title,
      times > 1 ? ` ×${times} ` : " ",
      h("em", { class: bad ? "bad" : "" }, note),
    ),
  ];
  if (lane === "hub" || lane === "you") return h("div", { class: `entry ${lane}` }, ...line);
  return h("details", { class: `entry ${lane}`, ontoggle: load }, h("summary", {}, ...line), body);
}

const PATH = ["requested", "pending", "approved", "delivering", "active", "ending", "ended"];

function drawRequest(request: RequestView): HTMLElement {
  const { id, state, title, expiresAt, json, outage } = request;
  const steps = PATH.includes(state) ? PATH : ["requested", "pending", state];
  const reached = steps.indexOf(state);
  return h(
    "details",
    { class: "request" },
    h(
      "summary",
      {},
      h("b", {}, id),
      ` ${title}`,
      expiresAt !== undefined && state === "active" && h("em", { "data-left": expiresAt }, ""),
      outage && h("em", { class: "bad" }, "something does not answer"),
      h(
        "ol",
        { class: "path" },
        ...steps.map((step, n) =>
          h("li", { class: n < reached ? "past" : n === reached ? "now" : "" }, step),
        ),
      ),
    ),
    h("pre", {}, json),
  );
}

/** What counts while one looks at it. */
function tick(list: HTMLElement): void {
  for (const element of list.querySelectorAll<HTMLElement>("[data-until]"))
    element.textContent = `in ${countdown(Number(element.dataset.until) - now())}`;
  for (const element of list.querySelectorAll<HTMLElement>("[data-left]"))
    element.textContent = `ends in ${countdown(Number(element.dataset.left) - now())}`;
}

export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [d, hours, m, s] = [86_400, 3_600, 60, 1].map((size, n, all) => {
    const above = all[n - 1];
    return Math.floor((above ? seconds % above : seconds) / size);
  });
  if (d) return `${d} d ${hours} h`;
  if (hours) return `${hours} h ${m} min`;
  return m ? `${m} min ${s} s` : `${s} s`;
}
