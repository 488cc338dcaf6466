/** BullMQ counts in the machine's time: what our clock made due is started here, and whether anything waits is seen in one look. */
import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { LANES } from "../../src/flow/ports.ts";
import { openQueue } from "../../src/queue/jobs.ts";

/** What waits for less is started before its time: nobody has to wait for it. */
const SOON_MS = 500;
/** BullMQ's score of what waits is when it is due, in the machine's milliseconds, times this. */
const SCORE = 4_096;

/** A job that comes back soon, for somebody else holds what it needs, is not asked again in a tighter circle. */
const AGAIN_AFTER_MS = 100;

/** Everything in one answer: a look comes every few milliseconds. */
const LOOK = `
local answer = {0}
for i = 1, #KEYS, 2 do
  answer[1] = answer[1] + redis.call("LLEN", KEYS[i])
  answer[#answer + 1] = redis.call("ZRANGE", KEYS[i + 1], 0, -1, "WITHSCORES")
end
return answer`;
const look = (redis: Redis, keys: string[]) => redis.eval(LOOK, keys.length, ...keys);

export function createQueues(redis: Redis, prefix: string) {
  const lanes = LANES.map((lane) => openQueue(redis, prefix, lane));
  const keys = lanes.flatMap((lane) => [lane.toKey("wait"), lane.toKey("delayed")]);
  const dues = new Map<string, { score: number; at: number }>();
  const asked = new Map<string, number>();
  return {
    /** Starts what is due; to be called before time passes, for what waits from now on waits by our clock. Resolves to whether anything waits or will at once. */
    async promote(now: number): Promise<boolean> {
      const [waiting, ...delayed] = (await look(redis, keys)) as [number, ...string[][]];
      const started = await Promise.all(lanes.map((lane, i) => startDue(lane, delayed[i] ?? [], now)));
      return waiting > 0 || started.some(Boolean);
    },
    /** How many are taken: by whom works on them, or by nobody, where the answer of the taking was lost. */
    async taken(): Promise<number> {
      const counts = await Promise.all(lanes.map((lane) => lane.getActiveCount()));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    close: () => Promise.all(lanes.map((lane) => lane.close())),
    sweep: () => lanes[1]?.add("sweep", {}, { removeOnComplete: true, removeOnFail: true, attempts: 1 }),
  };

  async function startDue(lane: Queue, delayed: string[], now: number): Promise<boolean> {
    const ids = delayed.filter((_, i) => i % 2 === 0);
    await Promise.all(ids.map((id, i) => learn(lane, id, Number(delayed[2 * i + 1]), now)));
    const due = ids.filter((id) => (dues.get(lane.name + id)?.at ?? now) <= now);
    await Promise.all(due.map((id) => start(lane, id)));
    return due.length > 0;
  }

  /** First its data say when it is due, and then for how long it was put off again. */
  async function learn(lane: Queue, id: string, score: number, now: number): Promise<void> {
    const known = dues.get(lane.name + id);
    if (known?.score === score) return;
    const wait = score / SCORE - Date.now();
    const at = known ? now + (wait > SOON_MS ? wait : 0) : await dueOf(lane, id);
    if (at !== undefined) dues.set(lane.name + id, { score, at });
  }

  /** Nothing when it was taken off meanwhile: it may come to stand again under the same name. */
  async function dueOf(lane: Queue, id: string): Promise<number | undefined> {
    const data = await redis.hget(lane.toKey(id), "data");
    if (data === null) return undefined;
    const { due = Number.POSITIVE_INFINITY } = JSON.parse(data) as { due?: number };
    return due;
  }

  async function start(lane: Queue, id: string): Promise<void> {
    const last = asked.get(lane.name + id) ?? Number.NEGATIVE_INFINITY;
    if (performance.now() - last < AGAIN_AFTER_MS) return;
    asked.set(lane.name + id, performance.now());
    const job: Job | undefined = await lane.getJob(id);
    // One that started by itself meanwhile cannot be promoted.
    await job?.promote().catch(() => {});
  }
}
