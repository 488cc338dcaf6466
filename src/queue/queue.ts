/**
 * Two BullMQ queues that start work on a request, keep its time, and run it on one replica at a time. A job holds only an
 * id and a kind: all that is known of a request is in its record.
 */
import { Queue as BullQueue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { z } from "zod";
import { RequestId } from "../request/ids.ts";
import { guarded } from "../store/redis.ts";

/** `access`: work on the hub and due times. `token` and `messages`: the two jobs of a request in the queue `slack`. */
export const JobKind = z.enum(["access", "token", "messages"]);
export type JobKind = z.infer<typeof JobKind>;

const JobData = z.object({ id: RequestId, kind: JobKind });
type JobData = z.infer<typeof JobData>;

/** Does the work of one job. It rejects only when Redis is away: it ends by scheduling its next due time. */
export type RunJob = (kind: JobKind, id: RequestId) => Promise<void>;

/** BullMQ takes jobs without a priority (0) first: tokens before messages. */
const PRIORITY: Record<JobKind, number> = { access: 0, token: 0, messages: 10 };
const CONCURRENCY = { access: 24, slack: 24 };

/** Another replica takes over a dead one's job within 7 s. By default that takes 60, and a job that stalled twice fails. */
const LOCKS = { lockDuration: 5000, stalledInterval: 2500, maxStalledCount: 1e6 };

export type Queue = ReturnType<typeof createQueue>;

/** Opens both queues for scheduling. `failFast`: a connection that rejects at once while Redis is away. */
export function createQueue({ failFast, prefix }: { failFast: Redis; prefix: string }) {
  const options = { connection: failFast, prefix, skipWaitingForReady: true, skipVersionCheck: true };
  const queues = {
    access: new BullQueue<JobData>("access", options),
    slack: new BullQueue<JobData>("slack", options),
  };
  for (const queue of Object.values(queues)) queue.on("error", () => {}); // the caller of schedule gets the rejection
  return {
    /**
     * Asks for one run of the request's job in `delay` ms. A delayed job moves to this time; one that runs now runs
     * once more, with the delay of the last call. Throws StoreAway.
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
    /** Returns how many jobs wait or run, by BullMQ's states. Throws StoreAway. */
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
  /** A connection of openPatient: it waits for Redis without end. */
  patient: Redis;
  prefix: string;
  run: RunJob;
  log: Logger;
}

/** Starts this replica's workers, which call `run` for each job of either queue. */
export function startWorkers({ patient, prefix, run, log }: WorkerOptions) {
  const runSafely = async ({ data }: { data: unknown }): Promise<void> => {
    const job = JobData.safeParse(data);
    if (!job.success) return log.error({ err: job.error }, "queue: a job that cannot be read is dropped");
    const { kind, id } = job.data;
    // Only Redis can be the reason: the sweep schedules the job again when it is back.
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
    /** Takes no more jobs, and waits up to `ms` for those that run: with Redis away BullMQ would wait for ever. */
    close: async (ms: number) => {
      const closed = Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, ms).unref())]);
    },
  };
}
