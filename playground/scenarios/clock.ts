/** A jump of the clock: Slack, hub and bot move together, and what became due by it is done at once. */
import { setTimeout as delay } from "node:timers/promises";
import { DAY, formatDuration, HOUR, MINUTE } from "../../src/request/durations.ts";
import type { Request } from "../../src/request/record.ts";
import type { PlaygroundContext } from "../context.ts";
import { REMINDERS } from "../fixtures/config.ts";
import type { NextJump } from "../page/types.ts";
import type { Said } from "../said.ts";
import { Refusal } from "./scenario.ts";

export const JUMPS = ["10m", "1h", "reminder", "end"] as const;
export type Jump = (typeof JUMPS)[number];

/** Undefined when none is due to come. An hour or more is told of access of a day or more alone. */
export function nextReminder(records: readonly Request[]): NextJump | undefined {
  const coming = records.flatMap(({ id, state, activeAt, endsAt, reminded }) =>
    REMINDERS.filter((before) => reminded === null || before < reminded)
      .filter((before) => before < HOUR || (endsAt ?? 0) - (activeAt ?? 0) >= DAY)
      .map((before) => ({ id, due: (endsAt ?? 0) - before }))
      .filter(({ due }) => state === "active" && due > (activeAt ?? 0)),
  );
  return earliest(coming);
}

/** Undefined when nobody has access. */
export const nextEnd = (records: readonly Request[]): NextJump | undefined =>
  earliest(
    records
      .filter(({ state }) => state === "granting" || state === "active")
      .map(({ id, endsAt }) => ({ id, due: endsAt ?? 0 })),
  );

const earliest = (jumps: NextJump[]): NextJump | undefined => jumps.sort((a, b) => a.due - b.due)[0];

/** Throws one sentence when there is nothing to jump to. */
export async function jumpTo(context: PlaygroundContext, to: Jump): Promise<void> {
  if (to === "10m") return jump(context, 10 * MINUTE, { en: "10 minutes ahead", zh: " 10 分钟" });
  if (to === "1h") return jump(context, HOUR, { en: "an hour ahead", zh: " 1 小时" });
  const records = await context.redis.records();
  const next = to === "end" ? nextEnd(records) : nextReminder(records);
  if (!next) throw new Refusal("There is nothing to jump to.", "没有可快进到的时刻。");
  const ahead = Math.max(0, next.due - context.clock.now());
  const what = to === "end" ? { en: "the end", zh: "到期" } : { en: "the next reminder", zh: "下次提醒" };
  const span = formatDuration(ahead);
  await jump(context, ahead, {
    en: `to ${what.en} of ${next.id}, ${span} ahead`,
    zh: `到 ${next.id} 的${what.zh}（${span}）`,
  });
}

/** Stops at each reminder and end on the way, so that each is done, and told, at its own moment. */
async function jump(context: PlaygroundContext, ms: number, words: Said): Promise<void> {
  const { clock, redis, timeline } = context;
  timeline.add({ lane: "you", title: { en: `the clock jumps ${words.en}`, zh: `时钟快进${words.zh}` } });
  for (const goal = clock.now() + ms; clock.now() < goal; ) {
    const stop = Math.min(goal, ...dueMoments(await redis.records()).filter((due) => due > clock.now()));
    await move(context, stop - clock.now());
    await settle(context);
  }
}

const dueMoments = (records: readonly Request[]): number[] =>
  [nextReminder(records), nextEnd(records)].flatMap((next) => (next ? [next.due] : []));

const SETTLED_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 50;

/** Until nothing that is due is left to do; a bot or hub that is away does not keep the clock. */
async function settle({ clock, redis }: PlaygroundContext): Promise<void> {
  for (let waited = 0; waited < SETTLED_WITHIN_MS; waited += LOOK_EVERY_MS) {
    const records = await redis.records().catch(() => []);
    if (dueMoments(records).every((due) => due > clock.now())) return;
    await delay(LOOK_EVERY_MS);
  }
}

async function move({ clock, bot, hub }: PlaygroundContext, ms: number): Promise<void> {
  // What the hub answers between the two would tell the bot of clocks that differ by as much.
  hub.local.hang(true);
  try {
    clock.jump(ms);
    await bot.jump(ms);
  } finally {
    hub.local.hang(false);
  }
  await bot.sweep();
}
