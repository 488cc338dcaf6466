/** A worker with its queue on keys of its own; handlers that are not given do nothing. */
import { vi } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { STEPS, type Step } from "../../src/domain/lifecycle.ts";
import type { Later } from "../../src/flow/ports.ts";
import { createGiveWay } from "../../src/give-way.ts";
import { createEager } from "../../src/queue/eager.ts";
import { createJobs } from "../../src/queue/jobs.ts";
import { createWorker, type Handler, type WorkerSettings } from "../../src/queue/worker.ts";
import type { Connections } from "../../src/store/connect.ts";
import { freshKeys, memoryLog } from "../helpers/redis.ts";

export const nothing: Handler = async () => undefined;

type Handlers = Partial<Record<Step, Handler> & Pick<WorkerSettings, "onTimer">>;
type Redis = Pick<Connections, "commands" | "worker">;

export function work(redis: Redis, handlers: Handlers = {}, keys = freshKeys()) {
  const clock = jumpClock();
  const log = memoryLog();
  const sweep = vi.fn(async (): Promise<Later> => undefined);
  const { prefix } = keys;
  const eager = createEager();
  const jobs = createJobs({ connection: redis.commands, prefix, clock, eager });
  const all = Object.fromEntries(STEPS.map((name) => [name, handlers[name] ?? nothing]));
  const worker = createWorker({
    ...{ connection: redis.worker, prefix, clock, log, sweep, giveWay: createGiveWay(), eager },
    onTimer: handlers.onTimer ?? (async () => {}),
    handlers: all as Record<Step, Handler>,
  });
  const close = async () => {
    await worker.close();
    await jobs.close();
  };
  return { clock, log, sweep, jobs, prefix, close };
}
