/** What one may break, and what came of it. */
import type { ScenarioView } from "../types.ts";
import { ask } from "./ask.ts";
import { h, keepInStep, plainButton } from "./dom.ts";
import { said, t } from "./language.ts";
import { on, parts, timeText } from "./state.ts";

export function createScenarioList(panel: HTMLElement): void {
  const list = h("div", { class: "scenarios" });
  panel.append(
    h(
      "p",
      { class: "about" },
      t(
        "All of this really happens: processes die, connections break, Redis forgets.",
        "这些都会真的发生：进程会被杀掉，连接会断开，Redis 会丢数据。",
      ),
    ),
    list,
  );
  const told = new Map<string, number>();
  on("scenarios", () => {
    const scenarios = (parts.scenarios ?? []).map((scenario) => ({
      ...scenario,
      key: scenario.id,
      rev: JSON.stringify(scenario),
    }));
    keepInStep(list, scenarios, drawScenario);
    // What has just been told is below what was pressed, and perhaps below the fold.
    for (const { id, lines } of scenarios) {
      if ((told.get(id) ?? lines.length) < lines.length)
        list.querySelector(`[data-key="${id}"] li:last-child`)?.scrollIntoView({ block: "nearest" });
      told.set(id, lines.length);
    }
  });
}

function drawScenario({ id, title, about, on, running, lines }: ScenarioView): HTMLElement {
  const run = () => void ask("scenario", { id });
  return h(
    "article",
    { class: `scenario${running ? " running" : ""}` },
    plainButton(
      {
        ...{ disabled: running, onclick: run },
        ...{ "data-breaks": id, ...(on === undefined ? {} : { role: "switch", "aria-checked": String(on) }) },
      },
      running ? t("Watch…", "请看…") : said(title),
    ),
    h("p", {}, said(about)),
    h(
      "ol",
      { "aria-live": "polite" },
      ...lines.map(({ at, text, tone }) =>
        h("li", { class: tone }, h("time", {}, timeText(at)), ` ${said(text)}`),
      ),
    ),
  );
}
