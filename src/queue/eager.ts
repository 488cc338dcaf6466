/** What a person waits for is begun at once by the replica that asks for it: its job stands in Redis for when that one dies, fails, or has to wait. */
import { setTimeout as delay } from "node:timers/promises";
import type { Job } from "bullmq";
import type { RequestId } from "../domain/ids.ts";
import type { Step } from "../domain/lifecycle.ts";
import type { Later } from "../flow/ports.ts";

const EAGER: ReadonlySet<Step> = new Set(["provision"]);
/** So many at once; what comes beside them is anybody's. */
export const EAGER_MOST = 16;
/** After so long any replica takes the job: sooner than a dead one's lease is over. */
export const EAGER_FOR_MS = 5_000;
/** Who gives way to it waits no longer. */
const GIVE_WAY_MS = 300;

/** Resolves where nothing is left to do, or to when to look again. */
type Run = (step: Step, id: RequestId) => Promise<Later>;

export interface Eager {
  /** From now on this replica works. */
  open(run: Run): void;
  takes(step: Step, id: RequestId): boolean;
  /** Once the job stands. */
  begin(step: Step, id: RequestId, adding: Promise<Job>): void;
  /** When nothing of it runs, or has run for long enough. */
  over(): Promise<void>;
  /** Takes no more, and waits for what runs. */
  close(): Promise<void>;
}

export function createEager(): Eager {
  let run: Run | undefined;
  const running = new Map<RequestId, Promise<void>>();
  return {
    open: (work) => {
      run = work;
    },
    takes: (step, id) =>
      run !== undefined && EAGER.has(step) && running.size < EAGER_MOST && !running.has(id),
    begin(step, id, adding) {
      const work = run;
      if (!work) return;
      const begun = adding
        .then((job) => carryOut(() => work(step, id), job))
        // Its job was not queued: whoever asked is told.
        .catch(() => {})
        .finally(() => running.delete(id));
      running.set(id, begun);
    },
    async over() {
      if (running.size > 0) await Promise.race([Promise.all(running.values()), delay(GIVE_WAY_MS)]);
    },
    async close() {
      run = undefined;
      await Promise.all(running.values());
    },
  };
}

async function carryOut(work: () => Promise<Later>, job: Job): Promise<void> {
  const isDone = await work().then(
    (later) => later === undefined,
    () => false,
  );
  // Where this fails, the job comes when it is due: it finds nothing to do, or does it.
  await (isDone ? job.remove() : job.promote()).catch(() => {});
}
