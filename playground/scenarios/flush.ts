/** Redis forgets everything; the labels and annotations on the hub are enough to go on. */
import { actionables } from "../../sandbox/slack/read.ts";
import { seenWithin } from "../../sandbox/wait.ts";
import type { In } from "../../src/domain/request.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import { isPlaygroundObject } from "../fixtures/ours.ts";
import { CHANNELS, USERS } from "../fixtures/people.ts";
import { sweepNow } from "./clock.ts";
import type { Scenario } from "./scenario.ts";

const HEALED_WITHIN = 15_000;
const SHOWN_FOR = 1_500;

export const flush: Scenario = {
  id: "flush",
  title: { en: "Flush Redis", zh: "清空 Redis" },
  about: {
    en: "FLUSHALL: records, trail and jobs are gone. The hub still knows who has access until when.",
    zh: "FLUSHALL：记录、轨迹和任务都没了。集群仍知道谁有权限、到什么时候。",
  },
  not: ({ redis }) =>
    redis.own
      ? undefined
      : {
          en: "This Redis is yours, so the playground does not empty it.",
          zh: "这是你的 Redis，演练场不会清空它。",
        },
  async run(context, tell) {
    const [before, jobs] = await Promise.all([recordsOf(context), context.redis.jobs()]);
    await context.redis.own?.flush();
    tell(
      `Gone: ${before.length} records, ${jobs.length} waiting jobs, the trail.`,
      `没了：${before.length} 条记录、${jobs.length} 个等待的任务，以及轨迹。`,
      "bad",
    );
    const waited = before.filter((r) => r.state === "pending");
    for (const request of waited) await pressForgotten(context, request);
    if (waited.length > 0)
      tell(
        `${waited.map(({ id }) => id).join(", ")} waited for approval, and nothing but Redis knew: whoever waited ` +
          "asks again. A first press on an old message was told so, and its buttons went.",
        `${waited.map(({ id }) => id).join("、")} 在等审批，只有 Redis 知道：申请人需重新申请。` +
          "旧消息的按钮被按了一次：机器人说明了情况，按钮随之消失。",
      );
    const standing = await liveIds(context);
    if (standing.length === 0)
      return tell(
        "No access stood on the hub, so there is nothing to bring back.",
        "集群上没有权限，无需恢复。",
      );
    await context.clock.sleep(SHOWN_FOR);
    await sweepNow(context);
    const back = await seenWithin(HEALED_WITHIN, async () => {
      const ids: string[] = (await recordsOf(context)).map(({ id }) => id);
      return standing.every((id) => ids.includes(id));
    });
    if (!back)
      return tell(
        "Not back yet; the sweep tries again within a minute.",
        "还没有恢复；清扫会在一分钟内再试。",
        "bad",
      );
    tell(
      `Healed: ${standing.join(", ")} came back from the hub's own annotations, and still ends on time. ` +
        "The sweep that runs every minute was asked for at once.",
      `已痊愈：${standing.join("、")} 从集群自己的注解恢复，仍会按时结束。每分钟一次的清扫被提前叫来。`,
      "good",
    );
  },
};

/** The approver on the card, the requester in their messages: once each, as anybody would. */
async function pressForgotten({ slack }: PlaygroundContext, { id, requester }: In<"pending">): Promise<void> {
  const approver = [USERS.alice, USERS.bob].find((one) => one !== requester.id) ?? USERS.alice;
  const seen = [
    ...slack
      .messages(CHANNELS.approvals)
      .map((message) => ({ user: approver, message, actionId: "approve" })),
    ...slack
      .timeline(requester.id, "dm")
      .map((message) => ({ user: requester.id, message, actionId: "withdraw" })),
  ];
  for (const { user, message, actionId } of seen) {
    const dead = actionables(message.blocks).find(
      ({ element }) => element.action_id === actionId && String(element.value).startsWith(`${id}:`),
    );
    if (dead) await slack.click(user, message, { actionId, value: String(dead.element.value) });
  }
}

async function liveIds({ hub }: PlaygroundContext): Promise<string[]> {
  const objects = (await hub.objects()).filter(isPlaygroundObject);
  const ids = objects.map(({ metadata }) => metadata.labels?.["karpor-access.io/request"] ?? "");
  return [...new Set(ids)];
}
