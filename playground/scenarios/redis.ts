/** Redis forgets everything, or is restored to an older copy: nobody gets access again by that. */
import { seenWithin } from "../../sandbox/wait.ts";
import type { PlaygroundContext } from "../context.ts";
import { isPlaygroundObject } from "../fixtures/hub.ts";
import type { Scenario } from "./scenario.ts";

/** Longer than from one sweep of the bot to the next. */
const NOTICED_WITHIN = 60_000;

export const flush: Scenario = {
  id: "flush",
  title: { en: "Empty Redis", zh: "清空 Redis" },
  about: {
    en: "FLUSHALL: records, trail and jobs are gone. Karpor itself still knows who has access until when.",
    zh: "FLUSHALL：申请记录、审计记录和任务全部清空。Karpor 自己仍知道谁有权限、到什么时候。",
  },
  async run(context, tell) {
    const before = await context.redis.records();
    await context.redis.flush();
    tell(
      `Gone: ${before.length} records and the trail.`,
      `已清空：${before.length} 条申请记录，以及审计记录。`,
      "bad",
    );
    await context.bot.sweep();
    const bindings = (await context.hub.objects()).filter(
      (object) => isPlaygroundObject(object) && object.kind === "ClusterRoleBinding",
    );
    tell(
      "Who waited asks again: without a record nothing is granted, and a click on an old message says so.",
      "等待中的人需要重新申请：没有记录就不会授权，点击旧消息会得到说明。",
    );
    if (bindings.length === 0)
      return tell("Nobody had access, so there is nothing else.", "没有人持有权限，没有别的影响。", "good");
    tell(
      `${bindings.length} had been approved and still end on time, by the time written on Karpor. The admins were told.`,
      `${bindings.length} 项已批准的权限仍会按 Karpor 上写明的时间结束。管理员已收到通知。`,
      "good",
    );
  },
};

const copies = new WeakMap<PlaygroundContext, () => Promise<void>>();

export const restore: Scenario = {
  id: "restore",
  title: { en: "Restore an older Redis", zh: "把 Redis 恢复到旧备份" },
  about: {
    en: "On: Redis is copied. Deny, end or revoke something; then switch it off, and the copy is put back.",
    zh: "打开：备份 Redis。然后拒绝、结束或撤销一些权限；再关闭，就会恢复这份备份。",
  },
  on: (context) => copies.has(context),
  async run(context, tell) {
    const putBack = copies.get(context);
    if (!putBack) {
      copies.set(context, await context.redis.copy());
      return tell(
        "Copied. Now deny a request or end somebody’s access, and switch this off.",
        "已备份。现在拒绝一条申请或结束某人的权限，然后关闭。",
      );
    }
    const over = (await context.redis.records()).filter(({ state }) => state === "closed");
    copies.delete(context);
    await putBack();
    tell("The older copy is back in place.", "旧备份已恢复。", "bad");
    await context.bot.sweep();
    const ids = new Set(over.map(({ id }) => id));
    const revived = async () =>
      (await context.redis.records()).filter(({ id, state }) => ids.has(id) && isAlive(state));
    const quiet = await seenWithin(NOTICED_WITHIN, async () => (await revived()).length === 0);
    if (!quiet) return tell("The next sweep looks again.", "下一次巡检会再检查。", "bad");
    tell(
      over.length === 0
        ? "Nothing had closed since, so everything goes on."
        : "What was closed has no account on Karpor: it is closed again, and nobody got access.",
      over.length === 0
        ? "其间没有结束任何申请，一切照常。"
        : "已结束的申请在 Karpor 上没有账号：会再次关闭，没有人因此获得权限。",
      "good",
    );
  },
};

const isAlive = (state: string): boolean => state !== "closed" && state !== "ending";
