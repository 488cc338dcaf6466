/** An administrator locks all access down: as a drill, in earnest, and unlocks it again. */

import { visibleText } from "../../sandbox/slack/index.ts";
import { actionables } from "../../sandbox/slack/read.ts";
import { seenWithin } from "../../sandbox/wait.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import { CHANNELS, USERS } from "../fixtures/people.ts";
import type { Scenario } from "./scenario.ts";

const ANSWERED_WITHIN = 10_000;
const ENDED_WITHIN = 20_000;
const GONE = { en: "It is locked down already.", zh: "已经锁定。" };

/** As the channel says it: a visitor may type the words as well. */
const isLocked = ({ slack }: PlaygroundContext): boolean => {
  const last = slack
    .messages(CHANNELS.approvals)
    .map((message) => visibleText(message))
    .findLast((words) => /^\*(?:Locked down|Unlocked) by/.test(words));
  return last?.startsWith("*Locked") ?? false;
};

export const lockdownDrill: Scenario = {
  id: "lockdown-drill",
  title: { en: "Drill a lockdown", zh: "演练锁定" },
  about: {
    en: "Alice, an administrator, asks what a lockdown would do now. Nothing is changed.",
    zh: "管理员 Alice 询问现在锁定会怎样。不会有任何变化。",
  },
  not: (context) => (isLocked(context) ? GONE : undefined),
  async run(context, tell) {
    const heard = context.slack.ephemerals(USERS.alice).length;
    await context.slack.command(USERS.alice, "dm", "lockdown --drill");
    const answer = await seenWithin(ANSWERED_WITHIN, () =>
      context.slack.ephemerals(USERS.alice).slice(heard).at(-1),
    );
    if (!answer) return tell("No answer came.", "没有得到回答。", "bad");
    const [words = ""] = visibleText(answer).replaceAll("*", "").split("\n");
    tell(`Alice alone was told: “${words}”`, `只有 Alice 被告知：“${words}”`, "good");
  },
};

export const lockdown: Scenario = {
  id: "lockdown",
  title: { en: "Lock all access down", zh: "锁定全部访问" },
  about: {
    en: "Alice types lockdown and confirms: every access ends, bindings first, and nothing is granted until she unlocks.",
    zh: "Alice 输入“锁定”并确认：所有权限立即结束（先移除绑定），解锁之前不再发放。",
  },
  not: (context) => (isLocked(context) ? GONE : undefined),
  async run(context, tell) {
    const { slack } = context;
    const live = (await recordsOf(context)).filter(({ state }) => state === "active").length;
    await slack.command(USERS.alice, "dm", "lockdown a laptop was stolen");
    const view = await seenWithin(ANSWERED_WITHIN, () =>
      slack.views(USERS.alice).findLast((one) => one.callback_id === "mass-end-view"),
    );
    if (!view) return tell("The form did not open.", "表单没有打开。", "bad");
    const [input] = actionables(view.blocks);
    await slack.submit(USERS.alice, view.id, { [String(input?.element.action_id)]: "a laptop was stolen" });
    tell(
      `Locked down: ${live} live. Ask, approve or break glass now, and see what the bot says.`,
      `已锁定：${live} 项生效中的权限。现在试试申请、审批或紧急使用，看机器人怎么说。`,
      "bad",
    );
    const bare = await seenWithin(ENDED_WITHIN, async () =>
      (await recordsOf(context)).every((r) => !["approved", "delivering", "active"].includes(r.state)),
    );
    if (bare)
      tell(
        "Every token is refused already: its binding went first. The channel counts what is proved, 11 seconds later.",
        "所有令牌都已被拒绝：绑定最先移除。频道会统计 11 秒后得到的证明。",
        "good",
      );
    else tell("Not everything is ended yet; it goes on by itself.", "还没有全部结束，会自动继续。", "bad");
  },
};

export const unlock: Scenario = {
  id: "unlock",
  title: { en: "Unlock", zh: "解锁" },
  about: {
    en: "Alice unlocks with a reason. What waited can be decided again; what ended is asked for anew.",
    zh: "Alice 写明理由并解锁。等待中的申请可以审批；已结束的权限需重新申请。",
  },
  not: (context) => (isLocked(context) ? undefined : { en: "It is not locked down.", zh: "没有锁定。" }),
  async run(context, tell) {
    await context.slack.command(USERS.alice, "dm", "unlock it was found again");
    const open = await seenWithin(ANSWERED_WITHIN, () => !isLocked(context));
    if (open) tell("Unlocked: access can be asked for again.", "已解锁：可以重新申请权限。", "good");
    else tell("Still locked down.", "仍处于锁定状态。", "bad");
  },
};
