/** Redis forgets everything; the labels and annotations on the hub are enough to go on. */
import { seenWithin } from "../../sandbox/wait.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import { isPlaygroundObject } from "../fixtures/ours.ts";
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
    const standing = await liveIds(context);
    if (standing.length === 0)
      return tell(
        "No access stood on the hub, so there is nothing to bring back. Whoever waited asks again.",
      );
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

async function liveIds({ hub }: PlaygroundContext): Promise<string[]> {
  const objects = (await hub.objects()).filter(isPlaygroundObject);
  const ids = objects.map(({ metadata }) => metadata.labels?.["karpor-access.io/request"] ?? "");
  return [...new Set(ids)];
}
