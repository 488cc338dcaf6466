/** A switch: on copies Redis, off restores that copy. Nobody gets access back. */
import { seenWithin } from "../../sandbox/wait.ts";
import type { CreateScenario } from "./scenario.ts";

/** Longer than the time between two sweeps. */
const NOTICED_WITHIN = 60_000;

export const createRestore: CreateScenario = ({ redis, bot }) => {
  let putBack: (() => Promise<void>) | undefined;
  return {
    title: { en: "Restore an older Redis", zh: "把 Redis 恢复到旧备份" },
    about: {
      en: "Switch it on to copy Redis. Then deny, end or revoke something, and switch it off to restore the copy.",
      zh: "打开：备份 Redis。然后拒绝、结束或撤销一些权限；再关闭，就会恢复这份备份。",
    },
    isOn: () => putBack !== undefined,
    async run(report) {
      if (!putBack) {
        putBack = await redis.copy();
        return report(
          "Copied. Now deny a request or end somebody’s access, and switch this off.",
          "已备份。现在拒绝一条申请或结束某人的权限，然后关闭。",
        );
      }
      const closed = (await redis.records()).filter(({ state }) => state === "closed").map(({ id }) => id);
      await putBack();
      putBack = undefined;
      report("The older copy is in place.", "旧备份已恢复。", "bad");
      await bot.sweep();
      const isClosedAgain = await seenWithin(NOTICED_WITHIN, async () =>
        (await redis.records()).every(({ id, state }) => !closed.includes(id) || state === "closed"),
      );
      if (!isClosedAgain)
        report("Not noticed yet. The next sweep looks again.", "还没有发现，下一次巡检会再检查。", "bad");
      else if (closed.length === 0)
        report("Nothing had been closed, so nothing changes.", "其间没有结束任何申请，一切照常。", "good");
      else
        report(
          "Closed requests have no account on Karpor, so they are closed again. Nobody got access.",
          "已结束的申请在 Karpor 上没有账号，所以会再次关闭。没有人因此获得权限。",
          "good",
        );
    },
  };
};
