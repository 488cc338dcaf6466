/** The tour: the life of a grant in five steps, ticked off as they happen, and what to try afterwards. */
import type { Request } from "../../../src/request/record.ts";
import type { Answer } from "../../context.ts";
import { APPROVALS } from "../../fixtures/people.ts";
import { attributes, type Html, html } from "./html.ts";
import { DM, type Visit } from "./visit.ts";

const STEPS = ["ask", "approve", "login", "end", "proof", "break"] as const;
type Step = (typeof STEPS)[number];

export function drawTour(visit: Visit, records: readonly Request[], answers: readonly Answer[]): Html {
  const { t, first, sides } = visit;
  const request = records.findLast(({ requester }) => requester === first);
  const step = stepOf(request, answers);
  const isApprovedByRight = request?.approvals.some(({ by }) => by === sides.right.person);
  const next = step === "approve" && isApprovedByRight ? "second" : step;
  const line = t("/karpor-access guest 8h", "/karpor-access guest 8小时");
  return html`<section class="tour" data-next="${next}" aria-label="${t("Tour", "导览")}">
    ${drawSteps(step, visit)}
    <p class="next" aria-live="polite">${aboutStep(next, visit)} ${step === "ask" && drawTry(visit, first, line, line)}</p>
    <p class="more">${t("Or try", "也可试试")} ${drawMore(visit)}</p>
  </section>`;
}

/** The step that comes next for the newest request of the tour's requester. */
function stepOf(request: Request | undefined, answers: readonly Answer[]): Step {
  const isLoggedIn = answers.length > 0 && answers.at(-1)?.status !== 401;
  switch (request?.state) {
    case "asked":
    case "waiting":
      return "approve";
    case "scheduled":
    case "granting":
    case "active":
      return isLoggedIn ? "end" : "login";
    case "ending":
      return "proof";
    case "closed":
      if (request.outcome?.kind !== "ended") return "ask";
      return isLoggedIn ? "proof" : "break";
    default:
      return "ask";
  }
}

function drawSteps(step: Step, { t }: Visit): Html {
  const names: Record<Step, string> = {
    ask: t("Ask", "申请"),
    approve: t("Approve", "批准"),
    login: t("Log in", "登录"),
    end: t("Jump to the end", "快进到到期"),
    proof: t("Watch the proof", "看证明"),
    break: t("Try to break it", "故障演练"),
  };
  const items = STEPS.map((one, n) => {
    const isDone = n < STEPS.indexOf(step);
    const look = attributes({ class: isDone && "done", "aria-current": one === step && "step" });
    return html`<li${look}>${isDone ? "✓" : n + 1} ${names[one]}</li>`;
  });
  return html`<ol>${items}</ol>`;
}

function aboutStep(step: Step | "second", { t }: Visit): string {
  const about: Record<typeof step, string> = {
    ask: t(
      "Dana wants to look around in Karpor for the day, and types:",
      "林晓雨今天想看看 Karpor，她输入：",
    ),
    approve: t(
      "Alice sees the request in #karpor-approvals. Press Approve for her.",
      "王磊在 #karpor-approvals 收到申请。请替他点击“批准”。",
    ),
    second: t(
      "This role takes two approvers. Choose Bob above the Slack on the right, and press Approve for him.",
      "这个角色须由两人批准。请把右侧切换到 Bob，再替他点击“批准”。",
    ),
    login: t(
      "Dana has a message. Press Open Karpor in it to log in to the dashboard.",
      "林晓雨收到了私信。点击其中的“打开 Karpor”，即可登录控制台。",
    ),
    end: t(
      "Press The end next to the clock. The bot, Karpor and Slack jump there together.",
      "点击时钟旁的“到期”：机器人、Karpor 和 Slack 一起快进到那一刻。",
    ),
    proof: t(
      "The bot deletes the account. Within 11 seconds Karpor refuses the token: watch the dashboard.",
      "机器人删除账号。11 秒内 Karpor 就会拒绝该令牌：请看控制台。",
    ),
    break: t(
      "That was all of it. Now kill the bot, make Karpor unreachable, or restore an older Redis: nobody keeps access for longer.",
      "全过程就是这样。现在可以杀掉机器人、断开 Karpor、把 Redis 恢复到旧备份：谁的权限都不会因此延长。",
    ),
  };
  return about[step];
}

function drawMore(visit: Visit): Html[] {
  const { t, first } = visit;
  const admin = t("U0ALICE", "U0WANG");
  return [
    drawTry(
      visit,
      first,
      t("a slip", "笔误"),
      t("/karpor-access gest 2d looking around", "/karpor-access gest 2天 随便看看"),
    ),
    drawTry(
      visit,
      first,
      t("two approvers", "两人审批"),
      t("/karpor-access admin 4h OPS-42 roll back a rule", "/karpor-access admin 4小时 OPS-42 回滚规则"),
    ),
    drawTry(
      visit,
      first,
      t("an emergency", "紧急提权"),
      t(
        "/karpor-access emergency admin 30m the search page is down",
        "/karpor-access 紧急 admin 30分钟 搜索页打不开",
      ),
    ),
    drawTry(
      visit,
      admin,
      t("a lockdown", "锁定"),
      t("/karpor-access lockdown everybody a stolen laptop", "/karpor-access 锁定 所有人 笔记本被盗"),
    ),
  ];
}

/** A button that types a line for somebody, on the side that shows them. */
function drawTry({ sides }: Visit, user: string, name: string, text: string): Html {
  const side = sides.right.person === user ? "right" : "left";
  const channel = side === "right" ? APPROVALS : DM;
  return html`<button type="button" class="try" ${attributes({
    title: text,
    "data-do": "write",
    "data-body": { user, channel, text },
    "data-show": `${side}=${user}&${side}Place=${channel}`,
  })}>${name}</button>`;
}
