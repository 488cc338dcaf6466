/** Karpor or Slack goes away and comes back: switches. Meanwhile the bot says what it does not know, and tries again. */
import { seenWithin } from "../../sandbox/wait.ts";
import type { PlaygroundContext } from "../context.ts";
import type { Scenario, Tell } from "./scenario.ts";

const SETTLED_WITHIN = 30_000;
const hubsAway = new WeakSet<PlaygroundContext>();
/** What is called once Slack is back. */
const slacksAway = new WeakMap<PlaygroundContext, () => void>();

export const hubAway: Scenario = {
  id: "hub-away",
  title: { en: "Take Karpor away", zh: "断开 Karpor" },
  about: {
    en: "It refuses connections until you switch this off. Approve a request or let access end meanwhile.",
    zh: "关闭之前，它拒绝连接。其间可以批准申请，或让权限到期。",
  },
  on: (context) => hubsAway.has(context),
  async run(context, tell) {
    if (!hubsAway.has(context)) {
      hubsAway.add(context);
      await context.hub.local.down();
      return tell(
        "Karpor refuses connections. After 20 s people are told; what needs it is tried every 5 s.",
        "Karpor 拒绝连接。20 秒后会告知相关的人；需要它的操作每 5 秒重试一次。",
        "bad",
      );
    }
    const waited = await waitingForHub(context);
    await context.hub.local.up();
    hubsAway.delete(context);
    if (waited.length === 0)
      return tell("It is back. Nothing had needed it meanwhile.", "已恢复。其间没有操作需要它。", "good");
    tell(`It is back. ${waited.join(", ")} had to wait for it.`, `已恢复。${waited.join("、")} 此前在等它。`);
    await context.bot.sweep();
    const settled = await seenWithin(SETTLED_WITHIN, async () => (await waitingForHub(context)).length === 0);
    if (settled)
      tell(`Done: ${waited.join(", ")} went on.`, `已完成：${waited.join("、")} 已继续完成。`, "good");
    else tell("Not done yet; it goes on by itself.", "还没有完成，会自动继续。", "bad");
  },
};

async function waitingForHub({ redis }: PlaygroundContext): Promise<string[]> {
  const records = await redis.records();
  return records.filter(({ state }) => state === "granting" || state === "ending").map(({ id }) => id);
}

export const slackAway: Scenario = {
  id: "slack-away",
  title: { en: "Take Slack away", zh: "断开 Slack" },
  about: {
    en: "It answers every call of the bot with 503 until you switch this off. What is over still ends.",
    zh: "关闭之前，它对机器人的每次调用都返回 503。到期的权限照样结束。",
  },
  on: (context) => slacksAway.has(context),
  async run(context, tell) {
    const stopWatching = slacksAway.get(context);
    if (stopWatching) {
      slacksAway.delete(context);
      stopWatching();
      context.slack.meddle(undefined);
      return tell(
        "Slack is back: what waited is posted within seconds.",
        "Slack 已恢复：等待中的消息几秒内送达。",
        "good",
      );
    }
    slacksAway.set(context, tellOfHub(context, tell));
    context.slack.meddle({ before: async () => ({ status: 503 }), after: async () => true });
    tell(
      "Slack answers 503. Let access end: Karpor refuses its token all the same.",
      "Slack 返回 503。让权限到期试试：Karpor 照样拒绝它的令牌。",
      "bad",
    );
  },
};

/** The hub's own lines, while nobody can be told in Slack: access is taken away, and its token refused. */
function tellOfHub({ hub }: PlaygroundContext, tell: Tell): () => void {
  let awaitsRefusal = false;
  return hub.local.onRequest(({ method, path, status }) => {
    if (method === "DELETE" && status === 200 && path.includes("/serviceaccounts/")) {
      awaitsRefusal = true;
      const id = path.slice(path.lastIndexOf("-r-") + 1).toUpperCase();
      tell(
        `Karpor’s log: the account of ${id} is deleted (${status}). Slack has not heard of it.`,
        `Karpor 的日志：${id} 的账号已删除（${status}）。Slack 还不知道。`,
      );
    }
    if (awaitsRefusal && status === 401) {
      awaitsRefusal = false;
      tell("Karpor’s log: a token of it is refused (401).", "Karpor 的日志：它的令牌被拒绝（401）。", "good");
    }
  });
}
