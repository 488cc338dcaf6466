/** Behind the scenes: what passed, the records, Karpor's objects. */
import type { Entry, Parts, RequestView } from "../types.ts";
import { toast } from "./ask.ts";
import { followEnd, h, keepInStep, plainButton, swap } from "./dom.ts";
import { said, t } from "./language.ts";
import { recall, remember } from "./remember.ts";
import { spanText } from "./span.ts";
import { now, on, parts, timeText } from "./state.ts";

const LANES: Record<Entry["lane"], string> = {
  in: t("Slack → bot", "Slack → 机器人"),
  slack: t("bot → Slack", "机器人 → Slack"),
  hub: t("bot → Karpor", "机器人 → Karpor"),
  state: t("record", "记录"),
  log: t("log", "日志"),
  you: t("you", "你"),
};

const VIEWS = ["Timeline", "Requests", "Hub"] as const;
type View = (typeof VIEWS)[number];

const NAMES: Record<View, string> = {
  Timeline: t("Timeline", "时间线"),
  Requests: t("Requests", "申请"),
  Hub: "Karpor",
};

export function createScenes(panel: HTMLElement): void {
  let view: View = VIEWS.find((one) => one === recall("scene")) ?? "Timeline";
  const bar = h("div", { class: "views", role: "group", "aria-label": t("What to show", "显示什么") });
  const about = h("p", { class: "about" });
  const list = h("div", {
    class: "list",
    tabindex: "0",
    role: "region",
    "aria-label": t("Behind the scenes", "幕后"),
  });
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
        plainButton({ "aria-pressed": String(key === view), onclick: () => pick(key) }, NAMES[key]),
    );
    swap(about, view + scenes.bot.en, () => [
      ABOUT[view],
      t(` The bot is ${scenes.bot.en}.`, `机器人${scenes.bot.zh}。`),
    ]);
    DRAW[view](list, scenes, timeline ?? []);
    if (view === "Timeline") end.follow();
  };
  on("scenes", draw);
  on("timeline", draw);
  window.setInterval(() => tick(list), 250);
}

const ABOUT: Record<View, string> = {
  Timeline: t(
    "Every payload and call, in order. Open one to read it; a token’s bytes are struck out.",
    "依次列出每个请求和调用。点开可读；令牌的内容已抹去。",
  ),
  Requests: t("The records in Redis, as the bot wrote them.", "Redis 中的记录，与机器人写入的完全一致。"),
  Hub: t(
    "The accounts and bindings of requests on Karpor right now.",
    "此刻 Karpor 上为申请建立的账号和绑定。",
  ),
};

type Draw = (list: HTMLElement, scenes: Parts["scenes"], timeline: Entry[]) => void;

const DRAW: Record<View, Draw> = {
  Timeline: (list, _, timeline) =>
    keepInStep(
      list,
      timeline.map((entry) => ({
        ...entry,
        key: String(entry.n),
        rev: `${entry.note.en}${entry.bad}`,
      })),
      drawEntry,
    ),
  Requests: (list, { requests }) =>
    fill(
      list,
      requests.map((one) => ({ ...one, key: one.id, rev: one.json })),
      drawRequest,
    ),
  Hub: (list, { objects }) =>
    fill(
      list,
      objects.map((one) => ({ ...one, rev: one.json })),
      ({ kind, name, about, json }) =>
        h(
          "details",
          {},
          h("summary", {}, h("b", {}, kind), ` ${name}`, h("em", {}, said(about))),
          h("pre", {}, json),
        ),
    ),
};

function fill<T extends { key: string; rev: string }>(
  list: HTMLElement,
  items: T[],
  make: (item: T) => HTMLElement,
): void {
  if (items.length > 0) keepInStep(list, items, make);
  else
    keepInStep(list, [{ key: "none", rev: "1" }], () =>
      h("p", { class: "none" }, t("Nothing here now.", "现在什么也没有。")),
    );
}

function drawEntry({ n, at, lane, title, note, bad }: Entry): HTMLElement {
  const body = h("pre", {});
  const load = async () => {
    if (body.textContent) return;
    const response = await fetch(`/detail/${n}`);
    if (response.ok) body.textContent = await response.text();
    else toast(t("That is no longer kept.", "这一条已不再保留。"));
  };
  const line = [
    h("time", {}, timeText(at)),
    h("span", { class: "lane" }, LANES[lane]),
    h("span", { class: "title" }, `${said(title)} `, h("em", { class: bad ? "bad" : "" }, said(note))),
  ];
  if (lane === "hub" || lane === "you") return h("div", { class: `entry ${lane}` }, ...line);
  return h("details", { class: `entry ${lane}`, ontoggle: load }, h("summary", {}, ...line), body);
}

const PATH = ["asked", "waiting", "granting", "active", "ending", "ended"];

function drawRequest(request: RequestView): HTMLElement {
  const { id, state, title, endsAt, json, isInTrouble } = request;
  const steps = PATH.includes(state) ? PATH : ["asked", "waiting", state];
  const reached = steps.indexOf(state);
  return h(
    "details",
    { class: "request" },
    h(
      "summary",
      {},
      h("b", {}, id),
      ` ${said(title)}`,
      endsAt !== null && state === "active" && h("em", { "data-left": endsAt }, ""),
      isInTrouble && h("em", { class: "bad" }, t("something does not answer", "有一方没有响应")),
      h("ol", { class: "path" }, ...steps.map((step, n) => h("li", { class: stepClass(n, reached) }, step))),
    ),
    h("pre", {}, json),
  );
}

/** Counts while one looks at it. */
function tick(list: HTMLElement): void {
  for (const element of list.querySelectorAll<HTMLElement>("[data-left]")) {
    const span = spanText(Number(element.dataset.left) - now());
    element.textContent = t(`ends in ${span}`, `${span}后结束`);
  }
}

function stepClass(step: number, reached: number): string {
  if (step === reached) return "now";
  return step < reached ? "past" : "";
}
