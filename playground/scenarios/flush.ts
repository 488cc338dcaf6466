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
  title: "Flush Redis",
  about: "FLUSHALL: records, trail and jobs are gone. The hub still knows who has access until when.",
  not: ({ redis }) => (redis.own ? undefined : "This Redis is yours, so the playground does not empty it."),
  async run(context, tell) {
    const [before, jobs] = await Promise.all([recordsOf(context), context.redis.jobs()]);
    await context.redis.own?.flush();
    tell(`Gone: ${before.length} records, ${jobs.length} waiting jobs, the trail.`, "bad");
    const waited = before.filter((r) => r.state === "pending");
    for (const request of waited) await pressForgotten(context, request);
    if (waited.length > 0)
      tell(
        `${waited.map(({ id }) => id).join(", ")} waited for approval, and nothing but Redis knew: whoever waited ` +
          "asks again. A first press on an old message was told so, and its buttons went.",
      );
    const standing = await liveIds(context);
    if (standing.length === 0) return tell("No access stood on the hub, so there is nothing to bring back.");
    await context.clock.sleep(SHOWN_FOR);
    await sweepNow(context);
    const back = await seenWithin(HEALED_WITHIN, async () => {
      const ids: string[] = (await recordsOf(context)).map(({ id }) => id);
      return standing.every((id) => ids.includes(id));
    });
    if (!back) return tell("Not back yet; the sweep tries again within a minute.", "bad");
    tell(
      `Healed: ${standing.join(", ")} came back from the hub's own annotations, and still ends on time. ` +
        "The sweep that runs every minute was asked for at once.",
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
