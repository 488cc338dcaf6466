/** Jobs in BullMQ: a job holds which record to look at and when it is due, nothing else. */
import { type Job, type JobsOptions, Queue } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import { MINUTE } from "../domain/duration.ts";
import type { RequestId } from "../domain/ids.ts";
import type { Due } from "../domain/lifecycle.ts";
import { type Clock, type Jobs, LANES, type Lane, StoreDown, StoreUnsure } from "../flow/ports.ts";
import { createEager, EAGER_FOR_MS, type Eager } from "./eager.ts";

/** Tried again for some ten seconds; what still fails then is found by the sweep. */
const OPTIONS: JobsOptions = {
  attempts: 6,
  backoff: { type: "exponential", delay: 300 },
  removeOnComplete: true,
  removeOnFail: true,
};

export interface JobQueues extends Jobs {
  /** For the stand-ins, which make jobs due by a jump of the clock. */
  readonly lanes: Record<Lane, Queue>;
  close(): Promise<void>;
}

export interface JobOptions {
  /** Must fail fast. */
  connection: Redis | Cluster;
  prefix: string;
  clock: Clock;
  /** Whoever only asks, and does not work, has none. */
  eager?: Eager;
}

export function createJobs({ connection, prefix, clock, eager = createEager() }: JobOptions): JobQueues {
  const lanes = openLanes(connection, prefix);
  const send = async <T>(work: () => Promise<T>): Promise<T> => {
    if (connection.status !== "ready") throw new StoreDown(`No connection to Redis (${connection.status}).`);
    return work().catch(fail);
  };
  return {
    lanes,
    close: async () => void (await Promise.all(LANES.map((lane) => lanes[lane].close()))),
    // A job of the same id that still stands makes this one nothing.
    add: (lane, step, id, version) =>
      send(async () => {
        const begin = lane === "urgent" ? eager.take(step, id, version) : undefined;
        const delay = begin ? EAGER_FOR_MS : 0;
        const due = clock.now() + delay;
        const adding = lanes[lane].add(step, { id, due }, { jobId: `${step}-${id}-${version}`, delay });
        begin?.(adding);
        await adding;
      }),
    setTimer: (id, last, next) =>
      send(async () => {
        const set = next && lanes.timers.add(next.step, { id, due: next.at }, timer(id, next, clock));
        const isOverdue = next !== null && next.at <= clock.now();
        const begun = isOverdue && set?.then((job) => withoutWait(connection, lanes.timers, job));
        await Promise.all([last && lanes.timers.remove(timerId(id, last)), set, begun]);
      }),
  };
}

/** No step that is due asks to be looked at later than in so long. */
const PUT_OFF_MOST_MS = 15 * MINUTE;
/** BullMQ's: so many jobs of one millisecond keep their order. */
const SCORES_A_MS = 0x1000;

/**
 * It stood already, and is counted in the machine's time: one that was set before that was put right, or that a machine whose
 * clock was ahead put off, would come too late. What was begun waits for its next try, or until its step asked to look again.
 */
async function withoutWait(redis: Redis | Cluster, queue: Queue, job: Job): Promise<void> {
  const id = job.id ?? "";
  const score = await redis.zscore(queue.toKey("delayed"), id);
  if (score === null) return;
  const isFarOff = Number(score) / SCORES_A_MS > Date.now() + PUT_OFF_MOST_MS;
  const isBegun = (await queue.getJob(id))?.attemptsStarted !== 0;
  // It may have come meanwhile.
  if (isFarOff || !isBegun) await job.promote().catch(() => {});
}

/** The same timer is one job, however often it is set. */
const timerId = (id: RequestId, { step, at }: Due): string => `${step}-${id}-${at}`;

const timer = (id: RequestId, due: Due, clock: Clock): JobsOptions => ({
  jobId: timerId(id, due),
  delay: Math.max(0, due.at - clock.now()),
});

export const openLanes = (connection: Redis | Cluster, prefix: string): Record<Lane, Queue> => ({
  urgent: openQueue(connection, prefix, "urgent"),
  timers: openQueue(connection, prefix, "timers"),
  messages: openQueue(connection, prefix, "messages"),
});

export function openQueue(connection: Redis | Cluster, prefix: string, lane: Lane): Queue {
  const queue = new Queue(lane, {
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
