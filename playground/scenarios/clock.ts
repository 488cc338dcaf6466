/** A jump of the clock: Slack, hub and bot move together, and what became due by it is started. */
import { promoteDue } from "../../sandbox/promote.ts";
import { formatDuration, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { type AccessRequest, isGranted } from "../../src/domain/request.ts";
import { SWEEP } from "../../src/queue/sweeps.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import type { WaitingJob } from "../fixtures/redis.ts";
import type { NextJump } from "../page/types.ts";
import type { Said } from "../said.ts";
import { Refusal } from "./scenario.ts";

export const JUMPS = ["10m", "1h", "reminder", "end"] as const;
export type Jump = (typeof JUMPS)[number];

/** Undefined when none waits. A request waits for its earliest step alone, and a reminder comes before the end. */
export const nextReminder = (jobs: readonly WaitingJob[]): NextJump | undefined =>
  jobs.find(({ name }) => name === "remind");

/** Undefined when no access is live. */
export function nextEnd(records: readonly AccessRequest[]): NextJump | undefined {
  const live = records.filter((r) => isGranted(r) && r.state !== "ending");
  const ends = live.map(({ id, expiresAt }) => ({ id, due: expiresAt }));
  return ends.sort((a, b) => a.due - b.due)[0];
}

/** Throws one sentence when there is nothing to jump to. */
export async function jumpTo(context: PlaygroundContext, to: Jump): Promise<void> {
  if (context.clockOff) throw new Refusal(context.clockOff.en, context.clockOff.zh);
  if (to === "10m") return jump(context, 10 * MINUTE, { en: "10 minutes ahead", zh: "10 分钟" });
  if (to === "1h") return jump(context, HOUR, { en: "an hour ahead", zh: "1 小时" });
  const next = to === "end" ? nextEnd(await recordsOf(context)) : nextReminder(await context.redis.jobs());
  if (!next)
    throw to === "end"
      ? new Refusal("No access is live that could end.", "没有生效中的权限。")
      : new Refusal("No reminder is waiting.", "没有等待中的提醒。");
  const ahead = Math.max(0, next.due - context.clock.now());
  const what = to === "end" ? { en: "the end", zh: "结束" } : { en: "the next reminder", zh: "下次提醒" };
  const span = formatDuration(ahead);
  await jump(context, ahead, {
    en: `to ${what.en} of ${next.id}, ${span} ahead`,
    zh: `到 ${next.id} 的${what.zh}，${span}`,
  });
}

async function jump(context: PlaygroundContext, ms: number, words: Said): Promise<void> {
  const { clock, bot, hub, redis, timeline } = context;
  timeline.add({ lane: "you", title: { en: `the clock jumps ${words.en}`, zh: `时钟前进${words.zh}` } });
  // What the hub answers between the two would tell the bot of clocks that differ by as much.
  hub.local?.hang(true);
  try {
    // The hub's time first: a bot that was ahead of it would see the hub's caches too young.
    clock.jump(ms);
    // A bot that woke first would take the leap for the hub's silence.
    if (bot.running) await hub.audit?.leap(ms);
    await bot.jump(ms);
  } finally {
    hub.local?.hang(false);
  }
  await Promise.all(redis.queues.map((queue) => promoteDue(queue, clock.now())));
  // It runs every minute of the bot's time.
  if (ms >= MINUTE) await sweepNow(context);
}

/** The sweep that would run within a minute, at once. */
export async function sweepNow({ redis }: PlaygroundContext): Promise<void> {
  const opts = { attempts: 1, removeOnComplete: true, removeOnFail: true };
  await redis.queues.find(({ name }) => name === "timers")?.add(SWEEP, {}, opts);
}
