/** A jump of the clock: Slack, hub and bot move together, and what became due by it is started. */
import { promoteDue } from "../../sandbox/promote.ts";
import { formatDuration, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { SWEEP } from "../../src/queue/sweeps.ts";
import { recordsOf, type Stage } from "../context.ts";
import type { WaitingJob } from "../fixtures/redis.ts";

export const JUMPS = ["10m", "1h", "reminder", "end"] as const;
export type Jump = (typeof JUMPS)[number];

export interface Next {
  id: string;
  /** Of the bot's clock. */
  due: number;
}

/** Undefined when none waits. */
export const nextReminder = (jobs: readonly WaitingJob[]): Next | undefined =>
  jobs.find(({ name }) => name === "remind");

/** From the records: the one timer of a request is its earliest step, and that may be a reminder. */
export const nextEnd = (records: readonly Live[]): Next | undefined =>
  records
    .flatMap(({ id, state, expiresAt }) =>
      expiresAt === undefined || !LIVE.includes(state) ? [] : [{ id, due: expiresAt }],
    )
    .sort((a, b) => a.due - b.due)[0];

const LIVE = ["approved", "delivering", "active"];
interface Live {
  id: string;
  state: string;
  expiresAt?: number | undefined;
}

/** Throws one sentence when there is nothing to jump to. */
export async function jumpTo(stage: Stage, to: Jump): Promise<void> {
  if (stage.clockOff) throw new Error(stage.clockOff);
  if (to === "10m") return jump(stage, 10 * MINUTE, "10 minutes ahead");
  if (to === "1h") return jump(stage, HOUR, "an hour ahead");
  const next = to === "end" ? nextEnd(await recordsOf(stage)) : nextReminder(await stage.redis.jobs());
  if (!next) throw new Error(to === "end" ? "No access is live that could end." : "No reminder is waiting.");
  const ahead = Math.max(0, next.due - stage.clock.now());
  const what = to === "end" ? "the end" : "the next reminder";
  await jump(stage, ahead, `to ${what} of ${next.id}, ${formatDuration(ahead)} ahead`);
}

async function jump(stage: Stage, ms: number, words: string): Promise<void> {
  const { clock, bot, redis, timeline } = stage;
  timeline.add({ lane: "you", title: `the clock jumps ${words}` });
  // The hub's time first: a bot that was ahead of it would see the hub's caches too young.
  clock.jump(ms);
  await bot.jump(ms);
  await Promise.all(Object.values(redis.lanes).map((lane) => promoteDue(lane, clock.now())));
  // It runs every minute of the bot's time.
  if (ms >= MINUTE) await sweepNow(stage);
}

/** The sweep that would run within a minute, at once. */
export async function sweepNow({ redis }: Stage): Promise<void> {
  await redis.lanes.timers.add(SWEEP, {}, { attempts: 1, removeOnComplete: true, removeOnFail: true });
}
