/** The queues: they start work, keep its time and lock it. One job a request in each queue, and never the memory of anything. */
import { Queue as BullQueue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { z } from "zod";
import { RequestId } from "../request/ids.ts";
import { guarded } from "../store/redis.ts";

/** `access`: hub work and time. `token` and `messages`: the two jobs of a request in the queue `slack`, tokens first. */
export const JobKind = z.enum(["access", "token", "messages"]);
export type JobKind = z.infer<typeof JobKind>;

const JobData = z.object({ id: RequestId, kind: JobKind });
type JobData = z.infer<typeof JobData>;

/** A job never fails and never moves itself: it ends by ringing for its next due time. */
export type RunJob = (kind: JobKind, id: RequestId) => Promise<void>;

/** BullMQ takes jobs without a priority first. */
const PRIORITY: Record<JobKind, number> = { access: 0, token: 0, messages: 10 };
const CONCURRENCY = { access: 24, slack: 24 };

/** A dead replica's job goes on within 7 s: by default that takes 60, and a job that stalled twice is failed. */
const LOCKS = { lockDuration: 5000, stalledInterval: 2500, maxStalledCount: 1e6 };

export type Queue = ReturnType<typeof createQueue>;

/** `failFast`: rejects at once while Redis is away. */
export function createQueue({ failFast, prefix }: { failFast: Redis; prefix: string }) {
  const options = { connection: failFast, prefix, skipWaitingForReady: true, skipVersionCheck: true };
  const queues = {
    access: new BullQueue<JobData>("access", options),
    slack: new BullQueue<JobData>("slack", options),
  };
  for (const queue of Object.values(queues)) queue.on("error", () => {}); // who rings is told by the rejection
  return {
    /**
     * Asks for one run of the request's job in `delay` ms. A delayed job moves to this time; one that runs now runs
     * once more, with the delay of the last ring. Throws StoreAway.
     */
    async schedule(kind: JobKind, id: RequestId, delay = 0): Promise<void> {
      const queue = kind === "access" ? queues.access : queues.slack;
      const job = kind === "access" ? id : `${id}-${kind}`;
      await guarded(
        queue.add(
          kind,
          { id, kind },
          {
            deduplication: { id: job, reschedule: true, keepLastIfActive: true },
            delay: Math.max(0, Math.ceil(delay)),
            priority: PRIORITY[kind],
            removeOnComplete: true,
            removeOnFail: true,
          },
        ),
      );
    },
    /** How many jobs wait or run, for metrics. */
    depth: async () => ({
      access: await guarded(queues.access.getJobCounts("waiting", "delayed", "active", "prioritized")),
      slack: await guarded(queues.slack.getJobCounts("waiting", "delayed", "active", "prioritized")),
    }),
    close: async () => {
      await Promise.allSettled(Object.values(queues).map((queue) => queue.close()));
    },
  };
}

interface WorkerOptions {
  /** Must wait for Redis without end. */
  patient: Redis;
  prefix: string;
  run: RunJob;
  log: Logger;
}

/** Workers of this replica. */
export function startWorkers({ patient, prefix, run, log }: WorkerOptions) {
  const runSafely = async ({ data }: { data: unknown }): Promise<void> => {
    const job = JobData.safeParse(data);
    if (!job.success) return log.error({ err: job.error }, "queue: a job that cannot be read is dropped");
    const { kind, id } = job.data;
    // Only Redis can be the reason: the sweep rings again when it is back.
    await run(kind, id).catch((error: unknown) =>
      log.debug({ id, err: error }, `queue: the ${kind} job could not ring for its next run`),
    );
  };
  const workers = (["access", "slack"] as const).map((name) => {
    const worker = new Worker<JobData>(name, runSafely, {
      connection: patient,
      prefix,
      concurrency: CONCURRENCY[name],
      ...LOCKS,
    });
    worker.on("error", (error) => log.debug({ err: error }, "queue: a worker lost Redis, or its lock"));
    return worker;
  });
  return {
    /** Takes no more jobs, and waits up to `ms` for those that run: with Redis away BullMQ would wait for ever. */
    close: async (ms: number) => {
      const closed = Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, ms).unref())]);
    },
  };
}
