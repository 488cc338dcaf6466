/** The worker: each job's name leads to its flow, which looks at the record and says whether to look again. */
import { DelayedError, type Job, Worker } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import { z } from "zod";
import { RequestId } from "../domain/ids.ts";
import { type Clock, JOBS, type JobName, type Later, type Log } from "../flow/ports.ts";
import { describe, quietly } from "./errors.ts";
import { QUEUE } from "./jobs.ts";
import { SWEEP, scheduleSweeps } from "./sweeps.ts";

export type Handler = (id: RequestId, signal?: AbortSignal) => Promise<Later>;

export interface WorkerSettings {
  /** Must wait for Redis without end. */
  connection: Redis | Cluster;
  prefix: string;
  clock: Clock;
  log: Log;
  handlers: Record<JobName, Handler>;
  sweep(): Promise<void>;
  concurrency?: number;
  locks?: LockTimes | undefined;
}

export interface LockTimes {
  /** How long Redis keeps a job's lock without a renewal; renewed while it runs, however long that is. */
  lockDuration: number;
  /** How often a replica looks for jobs whose lock ran out. */
  stalledInterval: number;
}

export const LOCK_TIMES: LockTimes = { lockDuration: 5000, stalledInterval: 2000 };

export interface Work {
  /** Takes no more, and waits for what runs: without end when Redis is gone, so the caller sets a deadline. */
  close(): Promise<void>;
}

// A job soon due again is not worth a busy loop.
const SOONEST = 100;

export function createWorker(settings: WorkerSettings): Work {
  const { connection, prefix, clock, log, concurrency = 256, locks = LOCK_TIMES } = settings;
  const taken = { ...settings, sweep: oneAtATime(settings.sweep) };
  // Three arguments, or BullMQ gives no signal.
  const worker = new Worker(QUEUE, (job, token, signal) => look(taken, job, token, signal), {
    connection,
    prefix,
    concurrency,
    ...locks,
    // What stalled before is no suspect: every flow may run again.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    // Not skipVersionCheck: of a Redis whose version it does not know, BullMQ waits in whole seconds.
    runRetryDelay: 1000,
  });
  worker.on("error", quietly(clock, log));
  const sweeps = scheduleSweeps({ connection, prefix, clock, log });
  return {
    async close() {
      await Promise.all([sweeps.stop(), worker.close()]);
    },
  };
}

// A slow sweep may still run when the next is due; a second beside it would only do the same.
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

const Known = z.object({ name: z.enum(JOBS), data: z.object({ id: RequestId, due: z.number() }) });

async function look(settings: WorkerSettings, job: Job, token?: string, signal?: AbortSignal) {
  const { clock, log } = settings;
  try {
    if (job.name === SWEEP) return await settings.sweep();
    const known = Known.safeParse({ name: job.name, data: job.data });
    if (!known.success) return log.error({ job: job.name, jobId: job.id }, "Dropped a job that is not ours");
    const later = await settings.handlers[known.data.name](known.data.data.id, signal);
    if (!later) return;
    const wait = Math.max(later.again - clock.now(), SOONEST);
    // BullMQ counts in the machine's own time, whatever ours says.
    await job.moveToDelayed(Date.now() + wait, token);
  } catch (error) {
    log.warn(
      { job: job.name, jobId: job.id, attempt: job.attemptsMade + 1, ...describe(error) },
      "A job failed",
    );
    // BullMQ stores what is thrown, and an error may quote what must not be at rest.
    throw new Error("See the log.");
  }
  throw new DelayedError();
}
