/** The bot is killed in the middle of setting up a grant, started again, and finishes what it began. */
import { seenWithin } from "../../sandbox/wait.ts";
import type { RequestId } from "../../src/domain/ids.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import { sweepNow } from "./clock.ts";
import { free, pendingRequest } from "./provoke.ts";
import type { Scenario, Tell } from "./scenario.ts";

const STRUCK_WITHIN = 10_000;
const DOWN_FOR = 1_500;
/** The sweep takes a step for lost ten seconds after it should have been done. */
const PATIENCE = 10_000;
const HEALED_WITHIN = 20_000;

export const kill: Scenario = {
  id: "kill",
  title: { en: "Kill the bot while it sets up a grant", zh: "在机器人开通权限时杀掉它" },
  about: {
    en: "Approves what waits, or asks for peek. The moment the hub has made the account: SIGKILL.",
    zh: "批准等待中的申请，或申请 peek。集群刚建好账号的那一刻：SIGKILL。",
  },
  not: () => undefined,
  async run(context, tell) {
    const { bot, clock } = context;
    const began = clock.now();
    const before = bot.pid;
    const strike = trap(context);
    const id = await provoke(context, strike);
    const where = await strike.sprung;
    if (!where)
      return tell("Nothing was being set up, so nothing was killed.", "没有正在开通的权限，所以没有杀。");
    tell(
      `Killed (SIGKILL, process ${before}) ${where}. Nobody has a token; the record says “approved”.`,
      `已杀掉（SIGKILL，进程 ${before}），账号刚刚建好。没人拿到令牌；记录停在“approved”。`,
      "bad",
    );
    await clock.sleep(DOWN_FOR);
    await bot.start();
    tell(
      `Started again (process ${bot.pid}). It waits 10 s, in case another replica is still at work.`,
      `已重新启动（进程 ${bot.pid}）。先等 10 秒，以防另一个副本还在处理。`,
    );
    await clock.sleep(Math.max(0, began + PATIENCE + 500 - clock.now()));
    await healed(context, id, tell);
  },
};

async function provoke(
  context: PlaygroundContext,
  strike: ReturnType<typeof trap>,
): Promise<RequestId | undefined> {
  try {
    const waits = (await recordsOf(context)).some(({ state }) => state === "pending");
    if (!waits) {
      await context.slack.command(await free(context, "peek"), "dm", "peek 15m");
      return undefined;
    }
    const { request, card, approvers } = await pendingRequest(context);
    await context.slack.click(approvers[0] ?? "", card, "approve");
    return request.id;
  } catch (error) {
    strike.leave();
    throw error;
  }
}

/** Kills in the same turn in which the stand-in hub has stored the account, or Slack the first message. */
function trap({ hub, slack, bot }: PlaygroundContext) {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const spring = (where: string) => {
    leave();
    bot.kill().then(() => resolve(where));
  };
  const offHub = hub.local?.onRequest(({ method, path, status }) => {
    if (method === "POST" && path.endsWith("/serviceaccounts") && status === 201)
      spring("when the hub had just made the account");
  });
  const offSlack = slack.onEvent((change) => {
    const isDm = change.kind === "message" && change.message.channel.startsWith("D");
    if (!hub.local && isDm && change.message.bot_id) spring("when it had just opened the DM");
  });
  const timer = setTimeout(() => {
    leave();
    resolve(undefined);
  }, STRUCK_WITHIN);
  const leave = () => {
    clearTimeout(timer);
    offHub?.();
    offSlack();
  };
  return { sprung: promise, leave };
}

async function healed(context: PlaygroundContext, id: RequestId | undefined, tell: Tell): Promise<void> {
  await sweepNow(context);
  const found = await seenWithin(HEALED_WITHIN, async () => {
    const records = await recordsOf(context);
    return records.findLast((r) => (id ? r.id === id : r.role === "peek") && r.state === "active");
  });
  if (!found)
    return tell(
      "Not finished yet; the sweep tries again within a minute.",
      "还没有完成；清扫会在一分钟内再试。",
      "bad",
    );
  tell(
    `Healed: the sweep found ${found.id} half done, used what stood on the hub, made the rest, and delivered.`,
    `已痊愈：清扫发现 ${found.id} 只做了一半，沿用集群上已有的，补上其余的，并送达令牌。`,
    "good",
  );
}
