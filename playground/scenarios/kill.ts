/** The bot is killed in the middle of setting up access, started again, and finishes what it began. */
import { seenWithin } from "../../sandbox/wait.ts";
import type { PlaygroundContext } from "../context.ts";
import { readConfig } from "../fixtures/config.ts";
import { USERS } from "../fixtures/people.ts";
import { Refusal, type Scenario } from "./scenario.ts";

const STRUCK_WITHIN = 10_000;
const DOWN_FOR = 1_500;
const FINISHED_WITHIN = 30_000;

export const kill: Scenario = {
  id: "kill",
  title: { en: "Kill the bot while it sets up access", zh: "在机器人开通权限时杀掉它" },
  about: {
    en: "Somebody asks for peek, which needs no approval. The moment Karpor has made the binding: SIGKILL.",
    zh: "有人申请 peek（无需审批）。Karpor 刚建好绑定的那一刻：SIGKILL。",
  },
  async run(context, tell) {
    const { bot, clock, redis } = context;
    const before = bot.pid;
    const asker = await whoIsFree(context);
    const struck = killAtBinding(context);
    await context.slack.command(asker, "dm", "peek 15m");
    if (!(await struck))
      return tell(
        "Nothing was being set up, so nothing was killed.",
        "没有正在开通的权限，机器人没有被杀掉。",
      );
    tell(
      `Killed (SIGKILL, process ${before}) when Karpor had just made the binding. Nobody has a token; the record says “granting”.`,
      `已杀掉（SIGKILL，进程 ${before}），绑定刚刚建好。没人拿到令牌；记录停在“granting”。`,
      "bad",
    );
    await clock.sleep(DOWN_FOR);
    await bot.start();
    tell(
      `Started again (process ${bot.pid}). The dead process held the request’s job: its lock runs out after 5 s.`,
      `已重新启动（进程 ${bot.pid}）。死去的进程还占着任务：5 秒后锁失效。`,
    );
    const finished = await seenWithin(FINISHED_WITHIN, async () =>
      (await redis.records()).findLast((one) => one.requester === asker && one.state === "active"),
    );
    if (!finished) return tell("Not finished yet; it goes on by itself.", "还没有完成，会自动继续。", "bad");
    tell(
      `Finished: ${finished.id} found its binding as it should be, and the token was delivered.`,
      `已完成：${finished.id} 的绑定原样沿用，令牌已送达。`,
      "good",
    );
  },
};

/** Somebody who has no peek, and first who is seen on the left. */
async function whoIsFree({ dir, redis }: PlaygroundContext): Promise<string> {
  const records = await redis.records();
  const busy = records.filter(({ role, state }) => role === "peek" && state !== "closed");
  const seen = readConfig(dir).slack.language === "zh" ? USERS.lin : USERS.dana;
  const free = [seen, USERS.dana, USERS.lin, USERS.bob, USERS.alice].find(
    (id) => !busy.some(({ requester }) => requester === id),
  );
  if (free) return free;
  throw new Refusal(
    "Everybody has peek already: let one end first.",
    "每个人都已有 peek：请先让其中一个结束。",
  );
}

/** In the same turn in which the stand-in has stored it. Resolves to whether that happened. */
function killAtBinding({ hub, bot }: PlaygroundContext): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (struck: boolean) => {
      clearTimeout(timer);
      off();
      resolve(struck);
    };
    const off = hub.local.onRequest(({ method, path, status }) => {
      if (method !== "POST" || !path.endsWith("/clusterrolebindings") || status !== 201) return;
      void bot.kill().then(() => settle(true));
    });
    const timer = setTimeout(() => settle(false), STRUCK_WITHIN);
  });
}
