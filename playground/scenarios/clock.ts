/** A jump of the clock: Slack, hub and bot move together, and what became due by it is started. */
import { promoteDue } from "../../sandbox/promote.ts";
import { formatDuration, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { SWEEP } from "../../src/queue/sweeps.ts";
import type { PlaygroundContext } from "../context.ts";
import type { WaitingJob } from "../fixtures/redis.ts";

export const JUMPS = ["10m", "1h", "reminder", "end"] as const;
export type Jump = (typeof JUMPS)[number];

const JOB = { reminder: "remind", end: "end" } as const;

/** The next of its kind; undefined when none waits. */
export const nextOf = (kind: "reminder" | "end", jobs: readonly WaitingJob[]): WaitingJob | undefined =>
  jobs.find(({ name }) => name === JOB[kind]);

/** Throws one sentence when there is nothing to jump to. */
export async function jumpTo(context: PlaygroundContext, to: Jump): Promise<void> {
  if (context.clockOff) throw new Error(context.clockOff);
  if (to === "10m") return jump(context, 10 * MINUTE, "10 minutes ahead");
  if (to === "1h") return jump(context, HOUR, "an hour ahead");
  const next = nextOf(to, await context.redis.jobs());
  if (!next) throw new Error(to === "end" ? "No access is live that could end." : "No reminder is waiting.");
  const ahead = Math.max(0, next.due - context.clock.now());
  const what = to === "end" ? "the end" : "the next reminder";
  await jump(context, ahead, `to ${what} of ${next.id}, ${formatDuration(ahead)} ahead`);
}

async function jump(context: PlaygroundContext, ms: number, words: string): Promise<void> {
  const { clock, bot, redis, timeline } = context;
  timeline.add({ lane: "you", title: `the clock jumps ${words}` });
  // The hub's time first: a bot that was ahead of it would see the hub's caches too young.
  clock.jump(ms);
  await bot.jump(ms);
  await promoteDue(redis.queue, clock.now());
  // It runs every minute of the bot's time.
  if (ms >= MINUTE) await sweepNow(context);
}

/** The sweep that would run within a minute, at once. */
export async function sweepNow({ redis }: PlaygroundContext): Promise<void> {
  await redis.queue.add(SWEEP, {}, { attempts: 1, removeOnComplete: true, removeOnFail: true });
}
