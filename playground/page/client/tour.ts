/** For whoever has never been here: the life of a grant in five steps, ticked off as they happen, whoever makes them happen. */
import { byId, h, plainButton, swap } from "./dom.ts";
import { t } from "./language.ts";
import type { Pane } from "./pane.ts";
import { recall, remember } from "./remember.ts";
import { onAnswer } from "./session.ts";
import { on } from "./state.ts";
import { attempt, controlFor, FIRST, type Panes, STEPS, type Step, type Try } from "./steps.ts";

const CLOSED = "tour-closed";
const DONE = "tour";
const MORE = [
  { name: t("a slip", "笔误"), person: "U0DANA", line: "/karpor-access gest 2d looking around" },
  { name: t("in Chinese", "用中文"), person: "U0LIN", line: "/karpor-access admin 4小时 回滚搜索规则" },
  {
    name: t("two approvers", "两人审批"),
    person: "U0DANA",
    line: "/karpor-access admin 4h OPS-42 roll back a rule",
  },
  {
    name: t("an emergency", "紧急提权"),
    person: "U0DANA",
    line: "/karpor-access emergency admin 30m the search page is down",
  },
  {
    name: t("a lockdown", "锁定"),
    person: "U0ALICE",
    line: "/karpor-access lockdown everybody a stolen laptop",
  },
];

export function createTour(panes: Panes): void {
  const steps = h("ol", {});
  const about = h("p", { class: "next", "aria-live": "polite" });
  const more = MORE.map((one) => tryButton(panes.left, one, one.name));
  byId("tour").append(
    steps,
    createClosing(),
    about,
    h("p", { class: "more" }, t("Or try ", "也可试试 "), ...more),
  );
  const draw = () => drawTour(steps, about, panes);
  on("scenes", draw);
  onAnswer(draw);
  // A tab or a column that was chosen.
  document.addEventListener("click", () => queueMicrotask(draw));
}

/** The cross, and the way back. */
function createClosing(): HTMLElement {
  const close = plainButton({ class: "cross", "aria-label": t("Close the tour", "关闭导览") }, "✕");
  const again = plainButton({ class: "quiet" }, t("Tour", "导览"));
  const show = (shown: boolean) => {
    byId("tour").hidden = !shown;
    again.hidden = shown;
    localStorage.setItem(CLOSED, shown ? "" : "1");
    document.body.toggleAttribute("data-touring", shown);
  };
  close.addEventListener("click", () => {
    show(false);
    again.focus();
  });
  again.addEventListener("click", () => {
    show(true);
    close.focus();
  });
  byId("again").append(again);
  show(localStorage.getItem(CLOSED) !== "1");
  return close;
}

function drawTour(steps: HTMLElement, about: HTMLElement, panes: Panes): void {
  const done = reached();
  const first = STEPS.find(({ id }) => !done.has(id));
  const now = controlFor(first?.id ?? "ask");
  const next = STEPS.find(({ id }) => id === now);
  if (!next) return;
  document.body.dataset.next = now;
  swap(steps, [...done, next.id].join(), () => STEPS.map((step, n) => drawStep(step, n, done, next, panes)));
  const typed = now === "ask" ? [" ", tryButton(panes.left, FIRST, FIRST.line)] : [];
  swap(about, now, () => [next.about, ...typed]);
}

/** What once happened stays ticked, also when its record is gone. */
function reached(): Set<string> {
  const known = (recall(DONE) ?? "").split(",").filter(Boolean);
  const done = new Set([...known, ...STEPS.filter((step) => step.reached()).map(({ id }) => id)]);
  remember(DONE, [...done].join());
  return done;
}

function drawStep(step: Step, n: number, done: ReadonlySet<string>, next: Step, panes: Panes): HTMLElement {
  const ticked = done.has(step.id);
  const tick = h("span", { class: "tick", "aria-hidden": "true" }, ticked ? "✓" : String(n + 1));
  const name = h("span", { class: "name" }, step.name);
  const says = ticked && h("span", { class: "hidden" }, t(", done", "，已完成"));
  const now = step === next ? "step" : undefined;
  return h(
    "li",
    { class: ticked ? "done" : "", "data-step": step.id, "aria-current": now },
    plainButton(
      { id: `step-${step.id}`, onclick: () => step.go(panes) },
      step.id !== "break" && tick,
      name,
      says,
    ),
  );
}

const tryButton = (left: Pane, wanted: Try, words: string): HTMLElement =>
  plainButton({ class: "try", title: wanted.line, onclick: () => attempt(left, wanted) }, words);
