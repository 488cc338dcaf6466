/** Jobs in BullMQ: a job holds which record to look at and when it is due, nothing else. */
import { type JobsOptions, Queue } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import { type Clock, type Jobs, StoreDown, StoreUnsure } from "../flow/ports.ts";

export const QUEUE = "jobs";

/** Tried again for some ten seconds; what still fails then is found by the sweep. */
const OPTIONS: JobsOptions = {
  attempts: 6,
  backoff: { type: "exponential", delay: 300 },
  removeOnComplete: true,
  removeOnFail: true,
};

export interface JobQueue extends Jobs {
  /** For the stand-ins, which make jobs due by a jump of the clock. */
  readonly queue: Queue;
  close(): Promise<void>;
}

export interface JobOptions {
  /** Must fail fast. */
  connection: Redis | Cluster;
  prefix: string;
  clock: Clock;
}

export function createJobs({ connection, prefix, clock }: JobOptions): JobQueue {
  const queue = openQueue(connection, prefix);
  return {
    queue,
    close: () => queue.close(),
    async add(name, id, due, key) {
      if (connection.status !== "ready")
        throw new StoreDown(`No connection to Redis (${connection.status}).`);
      const delay = Math.max(0, due - clock.now());
      // A job of the same id that still stands makes this one nothing: the key tells them apart.
      const jobId = `${name}-${id}-${key}`;
      await queue.add(name, { id, due }, { jobId, delay }).catch(fail);
    },
  };
}

export function openQueue(connection: Redis | Cluster, prefix: string): Queue {
  const queue = new Queue(QUEUE, {
    connection,
    prefix,
    // Without both, a queue made while Redis is away stays broken when it is back.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    defaultJobOptions: OPTIONS,
  });
  // Whoever made the connection reports its outages; a failed add rejects.
  queue.on("error", () => {});
  return queue;
}

// What is left over is a mistake of ours, such as an id that BullMQ refuses.
function fail(error: Error): never {
  if (error.name === "ReplyError") throw new StoreDown(`Redis refused: ${error.message}`);
  if (error.message.startsWith("Stream isn't writeable")) throw new StoreDown(error.message);
  if (/timed out|closed|aborted|max retries|redirections|slots cache|startup nodes/i.test(error.message))
    throw new StoreUnsure(`Redis did not answer: ${error.message}`);
  throw error;
}
