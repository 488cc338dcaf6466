/** What one may break, and what each breakage said about how it healed. */
import type { ScenarioView } from "../types.ts";
import { ask } from "./ask.ts";
import { h, keepInStep } from "./dom.ts";
import { on, parts, timeText } from "./state.ts";

export function createScenarioList(panel: HTMLElement): void {
  const list = h("div", { class: "scenarios" });
  panel.append(
    h("p", { class: "about" }, "Nothing here is acted: processes die, connections break, Redis forgets."),
    list,
  );
  on("scenarios", () => {
    const scenarios = (parts.scenarios ?? []).map((scenario) => ({
      ...scenario,
      key: scenario.id,
      rev: JSON.stringify(scenario),
    }));
    keepInStep(list, scenarios, drawScenario);
  });
}

function drawScenario({ id, title, about, not, on, running, lines }: ScenarioView): HTMLElement {
  const run = () => void ask("scenario", { id });
  return h(
    "article",
    { class: `scenario${running ? " running" : ""}` },
    h(
      "button",
      {
        ...{ type: "button", disabled: running || not !== undefined, title: not, onclick: run },
        ...{ "data-breaks": id, ...(on === undefined ? {} : { role: "switch", "aria-checked": String(on) }) },
      },
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
