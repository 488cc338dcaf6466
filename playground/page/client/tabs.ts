/** The tools beside the two Slacks, one at a time; and, on a narrow window, which of the three columns is seen. */
import { byId, h, plainButton } from "./dom.ts";
import { t } from "./language.ts";
import { recall, remember } from "./remember.ts";

const TABS = ["dashboard", "scenes", "proof", "break"] as const;
export type Tab = (typeof TABS)[number];

const WORDS: Record<Tab, string> = {
  dashboard: t("Dashboard", "控制台"),
  scenes: t("Behind the scenes", "幕后"),
  proof: t("Proof", "证明"),
  break: t("Try to break it", "故障演练"),
};

const panels = new Map<Tab, HTMLElement>();
const buttons = new Map<Tab, HTMLElement>();

export function createTabs(): Record<Tab, HTMLElement> {
  const bar = h("div", { class: "tabs", role: "tablist", "aria-label": t("Tools", "工具") });
  const root = byId("tools");
  root.append(bar);
  for (const tab of TABS) {
    const panel = h("div", {
      ...{ class: `panel ${tab}`, role: "tabpanel", id: `panel-${tab}`, "aria-labelledby": `tab-${tab}` },
    });
    const button = plainButton(
      {
        ...{ role: "tab", id: `tab-${tab}`, "aria-controls": panel.id },
        onclick: () => showTab(tab),
        onkeydown: (event: KeyboardEvent) => step(event, tab),
      },
      WORDS[tab],
    );
    panels.set(tab, panel);
    buttons.set(tab, button);
    bar.append(button);
    root.append(panel);
  }
  showTab(TABS.find((tab) => tab === recall("tab")) ?? "dashboard");
  return Object.fromEntries(panels) as Record<Tab, HTMLElement>;
}

function step(event: KeyboardEvent, from: Tab): void {
  const ahead = Number(event.key === "ArrowRight") - Number(event.key === "ArrowLeft");
  const next = TABS[(TABS.indexOf(from) + ahead + TABS.length) % TABS.length];
  if (ahead === 0 || !next) return;
  showTab(next);
  buttons.get(next)?.focus();
}

export function showTab(tab: Tab): void {
  remember("tab", tab);
  document.body.dataset.tab = tab;
  for (const one of TABS) {
    const shown = one === tab;
    panels.get(one)?.toggleAttribute("hidden", !shown);
    buttons.get(one)?.setAttribute("aria-selected", String(shown));
    buttons.get(one)?.setAttribute("tabindex", shown ? "0" : "-1");
  }
}

export const COLUMNS = ["left", "right", "tools"] as const;
export type Column = (typeof COLUMNS)[number];

/** Which column a narrow window shows. */
export function showColumn(column: Column): void {
  remember("column", column);
  document.body.dataset.column = column;
  for (const button of byId("switch").querySelectorAll("button"))
    button.setAttribute("aria-pressed", String(button.dataset.column === column));
}
