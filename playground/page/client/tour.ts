/** For whoever has never been here: the life of a grant in five steps, ticked off as they happen, whoever makes them happen. */
import { byId, h, plainButton, swap } from "./dom.ts";
import { t } from "./language.ts";
import { recall, remember } from "./remember.ts";
import { onAnswer } from "./session.ts";
import { on } from "./state.ts";
import {
  attempt,
  controlFor,
  FIRST,
  isSpent,
  type Panes,
  SECOND,
  STEPS,
  type Step,
  type Try,
} from "./steps.ts";

const CLOSED = "tour-closed";
const DONE = "tour";
const MORE: (Try & { name: string })[] = [
  {
    name: t("a slip", "笔误"),
    person: FIRST.person,
    line: t("/karpor-access gest 2d looking around", "/karpor-access gest 2天 随便看看"),
  },
  {
    name: t("in Chinese", "用英文"),
    person: t("U0LIN", "U0DANA"),
    line: t("/karpor-access admin 4小时 回滚搜索规则", "/karpor-access admin 4h roll back a search rule"),
  },
  {
    name: t("two approvers", "两人审批"),
    person: FIRST.person,
    line: t("/karpor-access admin 4h OPS-42 roll back a rule", "/karpor-access admin 4小时 OPS-42 回滚规则"),
  },
  {
    name: t("an emergency", "紧急提权"),
    person: FIRST.person,
    line: t(
      "/karpor-access emergency admin 30m the search page is down",
      "/karpor-access 紧急 admin 30分钟 搜索页打不开",
    ),
  },
  {
    name: t("a lockdown", "锁定"),
    person: t("U0ALICE", "U0WANG"),
    line: t("/karpor-access lockdown everybody a stolen laptop", "/karpor-access 锁定 所有人 笔记本被盗"),
  },
];

export function createTour(panes: Panes): void {
  const steps = h("ol", {});
  const about = h("p", { class: "next", "aria-live": "polite" });
  const more = MORE.map((one) => tryButton(panes, one, one.name));
  byId("tour").append(
    steps,
    createClosing(),
    about,
    h("p", { class: "more" }, h("span", {}, t("Or try", "也可试试")), ...more),
  );
  const draw = () => drawTour(steps, about, panes);
  on("scenes", draw);
  on("right", draw);
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
  const second = now === "approve" && isSpent();
  document.body.dataset.next = second ? "second" : now;
  swap(steps, [...done, next.id].join(), () => STEPS.map((step, n) => drawStep(step, n, done, next, panes)));
  const typed = now === "ask" ? [" ", tryButton(panes, FIRST, FIRST.line)] : [];
  swap(about, `${now} ${second}`, () => [second ? SECOND : next.about, ...typed]);
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

const tryButton = (panes: Panes, wanted: Try, words: string): HTMLElement =>
  plainButton({ class: "try", title: wanted.line, onclick: () => attempt(panes, wanted) }, words);
