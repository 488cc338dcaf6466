/** Two BullMQ queues that start work on a request. A job holds an id and a kind; the record says the rest. */
import { Queue as BullQueue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { z } from "zod";
import { RequestId } from "../request/ids.ts";
import { guarded } from "../store/redis.ts";

/** `access`: the hub and due times. `token` and `messages` are in the queue `slack`. */
export const JobKind = z.enum(["access", "token", "messages"]);
export type JobKind = z.infer<typeof JobKind>;

const JobData = z.object({ id: RequestId, kind: JobKind });
type JobData = z.infer<typeof JobData>;

/** It rejects only when Redis is down, since it ends by scheduling its next run. */
export type RunJob = (kind: JobKind, id: RequestId) => Promise<void>;

/** BullMQ takes jobs without a priority (0) first. */
const PRIORITY: Record<JobKind, number> = { access: 0, token: 0, messages: 10 };
const CONCURRENCY = { access: 24, slack: 24 };

/** Takes over a dead replica's job within 7 s instead of 60, however often it stalled. */
const LOCKS = { lockDuration: 5000, stalledInterval: 2500, maxStalledCount: 1e6 };

export type Queue = ReturnType<typeof createQueue>;

/** `failFast` rejects immediately while Redis is down. `schedule` and `depth` throw StoreAway. */
export function createQueue({ failFast, prefix }: { failFast: Redis; prefix: string }) {
  const options = { connection: failFast, prefix, skipWaitingForReady: true, skipVersionCheck: true };
  const queues = {
    access: new BullQueue<JobData>("access", options),
    slack: new BullQueue<JobData>("slack", options),
  };
  for (const queue of Object.values(queues)) queue.on("error", () => {}); // the caller of schedule gets the rejection
  return {
    /** A delayed job moves to this time. A running one runs once more, with the delay of the last call. */
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
  patient: Redis;
  prefix: string;
  run: RunJob;
  log: Logger;
}

export function startWorkers({ patient, prefix, run, log }: WorkerOptions) {
  const runSafely = async ({ data }: { data: unknown }): Promise<void> => {
    const job = JobData.safeParse(data);
    if (!job.success) return log.error({ err: job.error }, "queue: a job that cannot be read is dropped");
    const { kind, id } = job.data;
    // Redis is down: the sweep schedules the job again.
    await run(kind, id).catch((error: unknown) =>
      log.debug({ id, err: error }, `queue: the ${kind} job could not schedule its next run`),
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
    /** Waits up to `ms` for running jobs; while Redis is down, BullMQ would wait forever. */
    close: async (ms: number) => {
      const closed = Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, ms).unref())]);
    },
  };
}
