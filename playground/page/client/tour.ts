/** For whoever has never been here: three lines to try, each one click. */
import { byId, h } from "./dom.ts";
import type { Pane } from "./pane.ts";
import { watchPerson } from "./state.ts";
import { showColumn } from "./tabs.ts";

const TRIES = [
  {
    person: "U0DANA",
    line: "/karpor-access guest 8h",
    about: "Dana asks. Alice approves, Dana copies the token, and logs in on the dashboard.",
  },
  {
    person: "U0DANA",
    line: "/karpor-access gest 2days looking around",
    about: "A slip: nothing is lost, one button sends the corrected line.",
  },
  {
    person: "U0LIN",
    line: "/karpor-access admin 4h 回滚搜索规则",
    about: "林晓雨 asks for more, and reads every answer in Chinese.",
  },
];

const SEEN = "tour-closed";

export function createTour(left: Pane): void {
  const tour = byId("tour");
  const open = h("button", { type: "button", class: "quiet", id: "tour-again" }, "What to try");
  const show = (shown: boolean) => {
    tour.hidden = !shown;
    open.hidden = shown;
    localStorage.setItem(SEEN, shown ? "" : "1");
  };
  open.addEventListener("click", () => show(true));
  byId("clock").before(open);
  const close = h(
    "button",
    { type: "button", class: "cross", "aria-label": "Close", onclick: () => show(false) },
    "✕",
  );
  const lines = TRIES.map(({ person, line, about }) =>
    h(
      "li",
      {},
      h("button", { type: "button", class: "try", onclick: () => attempt(left, person, line) }, line),
      h("span", {}, about),
    ),
  );
  tour.append(h("strong", {}, "Try it"), h("ol", {}, ...lines), close);
  show(localStorage.getItem(SEEN) !== "1");
}

async function attempt(left: Pane, person: string, line: string): Promise<void> {
  await watchPerson("left", person);
  showColumn("left");
  left.open("dm");
  await left.send(line);
}
