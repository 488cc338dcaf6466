/** A switch that makes Karpor unreachable. The bot says what it doesn't know, and retries. */
import { seenWithin } from "../../sandbox/wait.ts";
import type { PlaygroundContext } from "../context.ts";
import type { CreateScenario } from "./scenario.ts";

const DONE_WITHIN = 30_000;

export const createHubAway: CreateScenario = (context) => {
  const { hub, bot } = context;
  let isAway = false;
  return {
    title: { en: "Make Karpor unreachable", zh: "断开 Karpor" },
    about: {
      en: "Karpor refuses connections until you switch this off. Approve a request now, or let access end.",
      zh: "关闭之前，Karpor 拒绝连接。其间可以批准申请，或让权限到期。",
    },
    isOn: () => isAway,
    async run(report) {
      isAway = !isAway;
      if (isAway) {
        await hub.down();
        return report(
          "Karpor refuses connections. The bot retries every 5 s, and tells the people concerned after 20 s.",
          "Karpor 拒绝连接。机器人每 5 秒重试一次，20 秒后告知相关的人。",
          "bad",
        );
      }
      const waiting = await waitingForHub(context);
      await hub.up();
      if (waiting.length === 0)
        return report(
          "Karpor is back. Nothing was waiting for it.",
          "Karpor 已恢复，没有操作在等它。",
          "good",
        );
      report(
        `Karpor is back. ${waiting.join(", ")} waited for it.`,
        `Karpor 已恢复，${waiting.join("、")} 此前在等它。`,
      );
      await bot.sweep();
      const isDone = await seenWithin(DONE_WITHIN, async () => (await waitingForHub(context)).length === 0);
      if (isDone) report("Done. Nothing was lost.", "已完成，没有丢失任何操作。", "good");
      else report("Not done yet. The bot keeps trying.", "还没有完成，机器人会继续重试。", "bad");
    },
  };
};

async function waitingForHub({ redis }: PlaygroundContext): Promise<string[]> {
  const records = await redis.records();
  return records.filter(({ state }) => state === "granting" || state === "ending").map(({ id }) => id);
}
