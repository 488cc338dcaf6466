/** Jobs that only another version of the bot knows, while both run: an update, or a rollback. */
import { setTimeout as delay } from "node:timers/promises";
import { DelayedError, type Job, type Queue, WaitingError } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import type { Log } from "../flow/ports.ts";

/** What BullMQ is to be told where its job was moved elsewhere. */
export type Moved = DelayedError | WaitingError;
export type Foreign = (job: Job, token?: string) => Promise<Moved>;

/** So often in a row it is put back for others; each time any who wait for a job may be the next. */
const OFFERS = 8;
/** Each holds a place of its lane meanwhile, before whatever waits there; of more at once any replica gets some anyhow. */
const OFFERED_MOST = 8;
/** Milliseconds in which whoever was woken is in line again. */
const IN_LINE_MS = 20;
/** What comes back later than that was elsewhere meanwhile, and is offered anew. */
const OFFERED_MS = 1000;
const AGAIN_MS = 100;
/** Where nobody runs that knows a job, it costs a few looks in so long. */
const AGAIN_MAX_MS = 60_000;

/**
 * Redis serves who waited longest for a lane, and replicas in an idle one come back to it in the same order: of a job
 * that is only put back, or delayed, the same replica would be first for ever. So the line is turned before, at random.
 */
export function createForeign(redis: Redis | Cluster, queue: Queue, log: Log): Foreign {
  const offered = new Map<string, { times: number; at: number }>();
  return async (job, token) => {
    const { name, id = "", attemptsStarted } = job;
    if (attemptsStarted === 1) log.warn({ job: name, jobId: id }, "Left a job to another version of the bot");
    const at = performance.now();
    for (const [one, before] of offered) if (at - before.at > OFFERED_MS) offered.delete(one);
    const times = offered.get(id)?.times ?? 0;
    if (times === OFFERS || (times === 0 && offered.size >= OFFERED_MOST)) {
      offered.delete(id);
      const again = Math.min(AGAIN_MS * 2 ** (attemptsStarted / OFFERS), AGAIN_MAX_MS);
      await job.moveToDelayed(Date.now() + again, token);
      return new DelayedError();
    }
    offered.set(id, { times: times + 1, at });
    await turnLine(redis, queue);
    await job.moveToWait(token);
    await delay(IN_LINE_MS);
    return new WaitingError();
  };
}

/** Wakes the first few in line for nothing; each goes to its end. */
async function turnLine(redis: Redis | Cluster, queue: Queue): Promise<void> {
  for (let turns = Math.floor(3 * Math.random()); turns >= 0; turns--) {
    await delay(IN_LINE_MS);
    // BullMQ's own sign that there may be a job.
    if (turns > 0) await redis.zadd(queue.toKey("marker"), 0, "0");
  }
}
