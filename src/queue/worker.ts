/** The worker: each job's name leads to its flow, which looks at the record and says whether to look again. */
import { setTimeout as delay } from "node:timers/promises";
import { DelayedError, isNotConnectionError, type Job, type Queue, Worker } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import { z } from "zod";
import { RequestId } from "../domain/ids.ts";
import { type Due, STEPS, type Step } from "../domain/lifecycle.ts";
import { type Clock, LANES, type Lane, type Later, type Log, SlackBusy } from "../flow/ports.ts";
import type { GiveWay } from "../give-way.ts";
import { EAGER_MOST, type Eager } from "./eager.ts";
import { describe, quietly } from "./errors.ts";
import { createForeign, type Foreign, type Moved } from "./foreign.ts";
import { openLanes } from "./jobs.ts";
import { SWEEP, scheduleSweeps } from "./sweeps.ts";
import { waitingFor } from "./waiting.ts";

/** `version`: of the record that asks for it, where that may be on its way still. */
export type Handler = (id: RequestId, lane: Lane, version?: number) => Promise<Later>;

export interface WorkerSettings {
  /** Must wait for Redis without end. */
  connection: Redis | Cluster;
  prefix: string;
  clock: Clock;
  log: Log;
  giveWay: GiveWay;
  /** Works as long as the worker does. */
  eager: Eager;
  /** Before what a timer is for. `waiting`: whose timers for the same came too, and wait for their turn. */
  onTimer(id: RequestId, fired: Due, waiting: () => Promise<RequestId[]>): Promise<void>;
  handlers: Record<Step, Handler>;
  sweep(): Promise<Later>;
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

/** The next minute's is due by then. */
const SWEEP_TRIES_MAX = 10;

// A job soon due again is not worth a busy loop.
const SOONEST_MS = 100;

/**
 * Jobs at once, by lane: a person's never wait behind those of the clock, and neither behind Slack's. Together
 * `urgent`, `timers` and what is eager need fewer connections than the hub's pool has.
 */
export const CONCURRENCY: Record<Lane, number> = { urgent: 64 - EAGER_MOST, timers: 24, messages: 32 };

export function createWorker(settings: WorkerSettings): Work {
  const { connection, prefix, clock, log, eager } = settings;
  const taken = { ...settings, sweep: oneAtATime(settings.sweep) };
  const queues = openLanes(connection, prefix);
  const workers = LANES.map((lane) => {
    const queue = queues[lane];
    return startLane(lane, { ...taken, queue, leaveToOthers: createForeign(connection, queue, log) });
  });
  const sweeps = scheduleSweeps({ connection, prefix, clock, log });
  eager.open((...begun) => runEagerly(settings, ...begun));
  return {
    async close() {
      await Promise.all([sweeps.stop(), eager.close(), ...workers.map((worker) => worker.close())]);
      await Promise.all(LANES.map((lane) => queues[lane].close()));
    },
  };
}

async function runEagerly(
  { handlers, giveWay, clock, log }: WorkerSettings,
  step: Step,
  id: RequestId,
  version: number,
): Promise<Later> {
  try {
    return await orLater(
      giveWay(() => handlers[step](id, "urgent", version)),
      clock,
    );
  } catch (error) {
    log.warn({ job: step, id, ...describe(error) }, "A step failed; its job tries again");
    throw error;
  }
}

interface LaneSettings extends WorkerSettings {
  /** The lane's own. */
  queue: Queue;
  leaveToOthers: Foreign;
}

const AGAIN_MS = 1000;

/** Where Redis refuses to give a job although some wait, BullMQ asks again without a pause, thousands of times a second; without a connection it waits by itself. */
class LaneWorker extends Worker {
  protected override async moveToActive(token: string, name?: string) {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      if (!this.closing && isNotConnectionError(error as Error)) await delay(AGAIN_MS);
      throw error;
    }
  }
}

function startLane(lane: Lane, settings: LaneSettings): Worker {
  const { connection, prefix, clock, log, locks = LOCK_TIMES } = settings;
  const worker = new LaneWorker(lane, (job, token) => look(settings, lane, job, token), {
    connection,
    prefix,
    concurrency: CONCURRENCY[lane],
    ...locks,
    // What stalled before is no suspect: every flow may run again.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    // Not skipVersionCheck: of a Redis whose version it does not know, BullMQ waits in whole seconds.
    runRetryDelay: AGAIN_MS,
  });
  const complain = quietly(clock, log);
  worker.on("error", (error) => {
    complain(error);
    // Of a connection that was ended before it was ready BullMQ asks again without a pause, and nothing else ever runs.
    if (connection.status === "end") void worker.close(true);
  });
  return worker;
}

// A slow sweep may still run when the next is due; a second beside it would only do the same.
function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** Slack's asking to wait is no failure: it counts as no attempt, and nothing is given up for it. */
const orLater = (work: Promise<Later>, clock: Clock): Promise<(Later & { inLine?: boolean }) | undefined> =>
  work.catch((error: unknown) => {
    if (error instanceof SlackBusy) return { again: clock.now() + error.retryAfterMs, inLine: true };
    throw error;
  });

/** However many changes of a record wait for Slack, one job waits for them all, as long as the first of them must; false when it is this one. */
async function isInLine(
  queue: Queue,
  job: Job,
  id: RequestId,
  { ms, due }: { ms: number; due: number },
): Promise<boolean> {
  const jobId = `${job.name}-${id}-waiting`;
  if (job.id === jobId) {
    await job.updateData({ id, due });
    return false;
  }
  const standing = await queue.getJob(jobId);
  // One that runs by now sees what this one saw.
  if (standing && due < (Data.safeParse(standing.data).data?.due ?? 0))
    await standing
      .changeDelay(ms)
      .then(() => standing.updateData({ id, due }))
      .catch(() => {});
  await queue.add(job.name, { id, due }, { jobId, delay: ms });
  return true;
}

const Data = z.object({ id: RequestId, due: z.number() });
const Known = z.object({ name: z.enum(STEPS), data: Data });

async function look(
  { queue, eager, leaveToOthers, ...settings }: LaneSettings,
  lane: Lane,
  job: Job,
  token?: string,
) {
  const { clock, log } = settings;
  let moved: Moved = new DelayedError();
  try {
    const known = Known.safeParse({ name: job.name, data: job.data });
    // BullMQ counts in the machine's own time, whatever ours says.
    const wait = async (ms: number) => {
      await job.updateData({ ...job.data, again: clock.now() + ms });
      await job.moveToDelayed(Date.now() + ms, token);
    };
    if (job.name === SWEEP) {
      const later = await settings.sweep();
      if (!later || job.attemptsStarted > SWEEP_TRIES_MAX) return;
      await wait(later.again - clock.now());
    } else if (known.success) {
      const { name, data } = known.data;
      // What is drawn beside it would only hold a token up.
      if (name === "syncMessages") await eager.over();
      const waiting = () => waitingFor(queue, name, clock.now());
      if (lane === "timers") await settings.onTimer(data.id, { step: name, at: data.due }, waiting);
      const run = () => settings.handlers[name](data.id, lane);
      // Taking access away waits for nothing.
      const later = await orLater(name === "end" ? run() : settings.giveWay(run), clock);
      if (!later) return;
      const ms = Math.max(later.again - clock.now(), SOONEST_MS);
      if (later.inLine && (await isInLine(queue, job, data.id, { ms, due: later.again }))) return;
      await wait(ms);
    } else moved = await leaveToOthers(job, token);
  } catch (error) {
    log.warn(
      { job: job.name, jobId: job.id, attempt: job.attemptsMade + 1, ...describe(error) },
      "A job failed",
    );
    // BullMQ stores what is thrown, and an error may quote what must not be at rest.
    throw new Error("See the log.");
  }
  throw moved;
}
