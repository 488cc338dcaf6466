/** The tour's five steps and what comes after: how each is told, when it is done, and what leads to it. */
import { byId } from "./dom.ts";
import { t } from "./language.ts";
import type { Pane } from "./pane.ts";
import { answers } from "./session.ts";
import { FIRST_PERSON, parts, type SideName, watching, watchPerson } from "./state.ts";
import { type Column, showColumn, showTab } from "./tabs.ts";

export interface Panes {
  left: Pane;
  right: Pane;
}

export interface Step {
  id: "ask" | "approve" | "login" | "end" | "proof" | "break";
  name: string;
  about: string;
  reached(): boolean;
  /** Leads to where it is done. */
  go(panes: Panes): void;
}

export const FIRST = {
  person: FIRST_PERSON,
  line: t("/karpor-access guest 8h", "/karpor-access guest 8小时"),
};
const states = (): string[] => (parts.scenes?.requests ?? []).map(({ state }) => state);
const some = (...wanted: string[]): boolean => states().some((state) => wanted.includes(state));
const WAITS = ["asked", "waiting"];
const GIVEN = ["granting", "active"];
const OVER = ["ending", "ended"];

export const STEPS: readonly Step[] = [
  {
    id: "ask",
    name: t("Ask", "申请"),
    about: t(
      "Dana wants to look around in Karpor for the day, and types:",
      "林晓雨今天想看看 Karpor，她输入：",
    ),
    reached: () => states().length > 0,
    go: (panes) => void attempt(panes, FIRST),
  },
  {
    id: "approve",
    name: t("Approve", "批准"),
    about: t(
      "Alice is asked in #karpor-approvals. Press Approve for her.",
      "王磊在 #karpor-approvals 收到申请。请替他点击“批准”。",
    ),
    reached: () => some(...GIVEN, ...OVER),
    go: ({ right }) => {
      right.open("C0APPROVALS");
      lead("right", "#right .bk-button.primary");
    },
  },
  {
    id: "login",
    name: t("Log in", "登录"),
    about: t(
      "Dana has a message: press Open Karpor in it, and the dashboard is logged in.",
      "林晓雨收到了私信：点击其中的“打开 Karpor”，控制台就已登录。",
    ),
    reached: () => answers().some(({ status }) => status === 200),
    go: ({ left }) => {
      left.open("dm");
      lead("left", "#left [data-url]");
    },
  },
  {
    id: "end",
    name: t("Jump to the end", "快进到到期"),
    about: t(
      "Press The end beside the clock: bot, Karpor and Slack jump there together.",
      "点击时钟旁的“到期”：机器人、Karpor 和 Slack 一起快进到那一刻。",
    ),
    reached: () => some(...OVER),
    go: () => byId("clock").querySelector<HTMLElement>("button[data-jump=end]")?.focus(),
  },
  {
    id: "proof",
    name: t("Watch the proof", "看证明"),
    about: t(
      "The account is deleted. Within 11 seconds Karpor refuses the token.",
      "账号已删除。11 秒内 Karpor 就会拒绝该令牌。",
    ),
    reached: () => some("ended") && document.body.dataset.tab === "proof",
    go: () => {
      showTab("proof");
      lead("tools", "#tab-proof");
    },
  },
  {
    id: "break",
    name: t("Try to break it", "故障演练"),
    about: t(
      "That was all of it. Now kill the bot, take Karpor away, restore an older Redis: nobody keeps access for longer.",
      "全过程就是这样。现在可以杀掉机器人、断开 Karpor、把 Redis 恢复到旧备份：谁的权限都不会因此延长。",
    ),
    reached: () => false,
    go: () => {
      showTab("break");
      lead("tools", "#tab-break");
    },
  },
];

/** Which step is told, and its control pulses. Without access, and without a request that waits, the tour begins anew. */
export function controlFor(step: Step["id"]): Step["id"] {
  if (step === "approve") return some(...WAITS) ? "approve" : "ask";
  if (step !== "login" && step !== "end") return step;
  if (some(...GIVEN)) return step;
  return some(...WAITS) ? "approve" : "ask";
}

/** Where who is seen on the right has approved all that waits, and more must: the next person is chosen first. */
export const isSpent = (): boolean => {
  const waiting = (parts.scenes?.requests ?? []).filter(({ state }) => WAITS.includes(state));
  return waiting.length > 0 && waiting.every(({ approvedBy }) => approvedBy.includes(watching.right));
};
export const SECOND = t(
  "This role takes two. Choose Bob above his Slack, and press Approve for him.",
  "这个角色须由两人批准。请把右侧切换到 Bob，再替他点击“批准”。",
);

/** The control itself, where it is there already; else the column in which it will be. */
function lead(column: Column, control: string): void {
  showColumn(column);
  [...document.querySelectorAll<HTMLElement>(control)].at(-1)?.focus();
}

export interface Try {
  person: string;
  line: string;
}

/** Somebody types a line: who is seen on the right there, others on the left. */
export async function attempt(panes: Panes, { person, line }: Try): Promise<void> {
  const side: SideName = watching.right === person ? "right" : "left";
  await watchPerson(side, person);
  showColumn(side);
  if (side === "left") panes.left.open("dm");
  await panes[side].send(line);
}
