/** What a person waits for is begun at once by the replica that asks for it: its job stands in Redis for when that one dies, fails, or has to wait. */
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import type { Job } from "bullmq";
import type { RequestId } from "../domain/ids.ts";
import type { Step } from "../domain/lifecycle.ts";
import type { Later } from "../flow/ports.ts";

const EAGER: ReadonlySet<Step> = new Set(["provision"]);
/** So many at once; what comes beside them is anybody's. */
export const EAGER_MOST = 16;
/** After so long any replica takes the job: sooner than a dead one's lease is over. */
export const EAGER_FOR_MS = 5_000;
/** To one that takes longer nobody gives way. */
const GIVE_WAY_MS = 300;

/** `version`: of the record that asks for it, which is on its way. Resolves where nothing is left to do, or to when to look again. */
type Run = (step: Step, id: RequestId, version: number) => Promise<Later>;

export interface Eager {
  /** From now on this replica works. */
  open(run: Run): void;
  /** What begins it once its job is on its way; undefined where it is anybody's. */
  take(step: Step, id: RequestId, version: number): ((adding: Promise<Job>) => void) | undefined;
  /** When what has just begun is over, or takes long. */
  over(): Promise<void>;
  /** Takes no more, and waits for what runs. */
  close(): Promise<void>;
}

export function createEager(): Eager {
  let run: Run | undefined;
  const running = new Map<RequestId, Begun>();
  return {
    open: (work) => {
      run = work;
    },
    take(step, id, version) {
      const work = run;
      if (!work || !EAGER.has(step) || running.size >= EAGER_MOST || running.has(id)) return undefined;
      return (adding) => {
        const since = performance.now();
        // The record and its job are asked for before its lease, over the same connection: Redis has them by then.
        const done = turn().then(() => work(step, id, version));
        const over = carryOut(done, adding, since).finally(() => running.delete(id));
        running.set(id, { since, over });
      };
    },
    async over() {
      const now = performance.now();
      const young = [...running.values()].filter(({ since }) => now - since < GIVE_WAY_MS);
      if (young.length > 0) await Promise.race([allOver(young), delay(GIVE_WAY_MS)]);
    },
    async close() {
      run = undefined;
      await allOver([...running.values()]);
    },
  };
}

interface Begun {
  since: number;
  over: Promise<void>;
}

const allOver = (begun: readonly Begun[]) => Promise.all(begun.map(({ over }) => over));

async function carryOut(work: Promise<Later>, adding: Promise<Job>, since: number): Promise<void> {
  const isDone = await work.then(
    (later) => later === undefined,
    () => false,
  );
  // When the job is due another may be at it, and need it.
  const isMine = performance.now() - since < EAGER_FOR_MS;
  // Where this fails, the job comes when it is due: it finds nothing to do, or does it. Where it was not queued, whoever asked is told.
  await adding.then((job) => (isDone && isMine ? job.remove() : job.promote())).catch(() => {});
}
