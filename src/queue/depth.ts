/** How much work is due that nobody has begun. */
import type { Job, Queue } from "bullmq";
import { z } from "zod";
import { type Clock, LANES, type Lane } from "../flow/ports.ts";

export interface LaneDepth {
  lane: Lane;
  waiting: number;
  /** When the oldest of it was due, ms since the epoch; null where nothing is. */
  oldestSince: number | null;
}

/** Some commands a lane, however many jobs there are. Throws while Redis does not answer. */
export const readDepths = (lanes: Record<Lane, Queue>, clock: Clock): Promise<LaneDepth[]> =>
  Promise.all(LANES.map((lane) => readDepth(lane, lanes[lane], clock)));

async function readDepth(lane: Lane, queue: Queue, clock: Clock): Promise<LaneDepth> {
  const [{ waiting = 0 }, ready, delayed] = await Promise.all([
    queue.getJobCounts("waiting"),
    queue.getJobs(["waiting"], 0, 0, true),
    // Where nobody works, nobody moves to the waiting what has become due.
    queue.getJobs(["delayed"], 0, 0, true),
  ]);
  const now = clock.now();
  const since = [...ready, ...delayed].flatMap((job) => dueAt(job, now)).filter((at) => at <= now);
  return { lane, waiting, oldestSince: since.length > 0 ? Math.min(...since) : null };
}

/** `again`: its step asked to look again then. */
const Timed = z.object({ due: z.number().optional(), again: z.number().optional() });

/** A job may be gone since it was listed. BullMQ counts in the machine's own time, whatever ours says. */
function dueAt(job: Job | undefined, now: number): number[] {
  if (!job) return [];
  const { due, again } = Timed.safeParse(job.data).data ?? {};
  return [again ?? due ?? now - (Date.now() - job.timestamp - job.delay)];
}
