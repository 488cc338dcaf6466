/** The bot is killed while it sets up access. It starts again and finishes. */
import { seenWithin } from "../../sandbox/wait.ts";
import type { PlaygroundContext } from "../context.ts";
import { USERS } from "../fixtures/people.ts";
import { Refusal } from "../language.ts";
import type { CreateScenario } from "./scenario.ts";

const KILLED_WITHIN = 10_000;
const DOWN_FOR = 1_500;
const FINISHED_WITHIN = 30_000;

export const createKill: CreateScenario = (context) => ({
  title: { en: "Kill the bot while it sets up access", zh: "在机器人开通权限时杀掉它" },
  about: {
    en: "Bob requests peek, which needs no approval. The bot gets a SIGKILL as soon as Karpor has made the binding.",
    zh: "Bob 申请 peek（无需审批）。Karpor 刚建好绑定，机器人就收到 SIGKILL。",
  },
  async run(report) {
    const { bot, clock, redis, slack } = context;
    const peeks = async () => (await redis.records()).filter(({ requester }) => requester === USERS.bob);
    if ((await peeks()).some(({ state }) => state !== "closed"))
      throw new Refusal("Bob has a request already. Let it end first.", "Bob 已有申请，请先让它结束。");
    const killed = killAtBinding(context);
    await slack.command(USERS.bob, "dm", "peek 15m");
    if (!(await killed))
      return report("The bot set up nothing, so it wasn’t killed.", "没有正在开通的权限，机器人没有被杀掉。");
    report(
      "Killed. Karpor has the binding, but nobody has a token.",
      "已杀掉。Karpor 上已有绑定，但没人拿到令牌。",
      "bad",
    );
    await clock.sleep(DOWN_FOR);
    await bot.start();
    report(
      "Started again. The lock of the dead process runs out after 5 s.",
      "已重新启动。死去的进程占着的锁 5 秒后失效。",
    );
    const finished = await seenWithin(FINISHED_WITHIN, async () =>
      (await peeks()).find(({ state }) => state === "active"),
    );
    if (finished)
      report(
        `Finished: Bob has the token of ${finished.id}.`,
        `已完成：Bob 拿到了 ${finished.id} 的令牌。`,
        "good",
      );
    else report("Not finished yet. The bot keeps trying.", "还没有完成，机器人会继续重试。", "bad");
  },
});

/** Resolves to whether it was killed. */
function killAtBinding({ hub, bot }: PlaygroundContext): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (wasKilled: boolean) => {
      clearTimeout(timer);
      off();
      resolve(wasKilled);
    };
    const off = hub.onRequest(({ method, path, status }) => {
      if (method !== "POST" || !path.endsWith("/clusterrolebindings") || status !== 201) return;
      void bot.kill().then(() => settle(true));
    });
    const timer = setTimeout(() => settle(false), KILLED_WITHIN);
  });
}
