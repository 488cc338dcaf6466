/** What one may break, and what each breakage said about how it healed. */
import type { ActView } from "../types.ts";
import { ask } from "./ask.ts";
import { h, keep } from "./dom.ts";
import { on, parts, timeText } from "./state.ts";

export function createActs(panel: HTMLElement): void {
  const list = h("div", { class: "acts" });
  panel.append(
    h("p", { class: "about" }, "Nothing here is acted: processes die, connections break, Redis forgets."),
    list,
  );
  on("acts", () => {
    const acts = (parts.acts ?? []).map((act) => ({ ...act, key: act.id, rev: JSON.stringify(act) }));
    keep(list, acts, drawAct);
  });
}

function drawAct({ id, title, about, not, running, lines }: ActView): HTMLElement {
  const run = () => void ask("act", { id });
  return h(
    "article",
    { class: `act${running ? " running" : ""}` },
    h(
      "button",
      { type: "button", disabled: running || not !== undefined, title: not, onclick: run, "data-breaks": id },
      running ? "Watch…" : title,
    ),
    h("p", {}, not ?? about),
    h(
      "ol",
      { "aria-live": "polite" },
      ...lines.map(({ at, text, tone }) => h("li", { class: tone }, h("time", {}, timeText(at)), ` ${text}`)),
    ),
  );
}
