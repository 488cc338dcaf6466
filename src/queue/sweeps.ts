/** The sweep's schedule: at the start and every minute, one run for all replicas together. */
import type { Queue } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import type { Clock, Log } from "../flow/ports.ts";
import { quietly } from "./errors.ts";
import { openQueue } from "./jobs.ts";

export const SWEEP = "sweep";
const EVERY_MS = 60_000;

interface Settings {
  connection: Redis | Cluster;
  prefix: string;
  clock: Clock;
  log: Log;
}

export function scheduleSweeps({ connection, prefix, clock, log }: Settings): { stop(): Promise<void> } {
  const queue = openQueue(connection, prefix, "timers");
  const complain = quietly(clock, log);
  // A failed sweep is not tried again: the next one comes.
  const opts = { attempts: 1, removeOnComplete: true, removeOnFail: true };
  let asking = false;
  const schedule = async () => {
    // Redis is away: what was asked last still waits.
    if (asking) return;
    asking = true;
    await forgetFarOff(queue)
      .then(() => queue.upsertJobScheduler(SWEEP, { every: EVERY_MS }, { name: SWEEP, data: {}, opts }))
      .catch(complain)
      .finally(() => {
        asking = false;
      });
  };
  // The schedule of an earlier run may be a minute off. The fixed id makes replicas that start together sweep once.
  queue.add(SWEEP, {}, { ...opts, jobId: `${SWEEP}-start` }).catch(complain);
  void schedule();
  // A Redis that came back empty knows no schedule.
  const timer = setInterval(schedule, EVERY_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return queue.close();
    },
  };
}

/** A machine whose clock was ahead put the next sweep there: by everybody else's it would be as long until any comes. */
async function forgetFarOff(queue: Queue): Promise<void> {
  const { next = 0 } = (await queue.getJobScheduler(SWEEP)) ?? {};
  if (next > Date.now() + 2 * EVERY_MS) await queue.removeJobScheduler(SWEEP);
}
