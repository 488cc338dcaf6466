/** BullMQ counts in the machine's time: after a jump of our clock, this starts the jobs that became due by it. */
import type { Job, Queue } from "bullmq";

/** How many were started. */
export async function promoteDue(queue: Queue, now: number): Promise<number> {
  const jobs: (Job | undefined)[] = await queue.getDelayed();
  const due = jobs.filter((job) => typeof job?.data.due === "number" && job.data.due <= now);
  // One that started by itself meanwhile cannot be promoted.
  const started = await Promise.allSettled(due.map((job) => job?.promote()));
  return started.filter(({ status }) => status === "fulfilled").length;
}
