/** What one may break, and what each breakage said about how it healed. */
import type { ScenarioView } from "../types.ts";
import { ask } from "./ask.ts";
import { h, keepInStep } from "./dom.ts";
import { said, t } from "./language.ts";
import { on, parts, timeText } from "./state.ts";

export function createScenarioList(panel: HTMLElement): void {
  const list = h("div", { class: "scenarios" });
  panel.append(
    h(
      "p",
      { class: "about" },
      t(
        "Nothing here is acted: processes die, connections break, Redis forgets.",
        "这里没有一样是演的：进程会死，连接会断，Redis 会忘。",
      ),
    ),
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
        ...{ type: "button", disabled: running || not !== undefined, onclick: run },
        ...{ "data-breaks": id, ...(on === undefined ? {} : { role: "switch", "aria-checked": String(on) }) },
      },
      running ? t("Watch…", "请看…") : said(title),
    ),
    h("p", {}, said(not ?? about)),
    h(
      "ol",
      { "aria-live": "polite" },
      ...lines.map(({ at, text, tone }) =>
        h("li", { class: tone }, h("time", {}, timeText(at)), ` ${said(text)}`),
      ),
    ),
  );
}
