/** BullMQ counts in the machine's time: what our clock made due is started here, and whether anything waits is seen in one look. */
import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { LANES } from "../../src/flow/ports.ts";
import { openQueue } from "../../src/queue/jobs.ts";

/** A job that comes back soon, for somebody else holds what it needs, is not asked again in a tighter circle. */
const AGAIN_AFTER_MS = 100;

/** Everything in one answer: a look comes every few milliseconds. */
const LOOK = `
local answer = {0}
for i = 1, #KEYS, 2 do
  answer[1] = answer[1] + redis.call("LLEN", KEYS[i])
  answer[#answer + 1] = redis.call("ZRANGE", KEYS[i + 1], 0, -1)
end
return answer`;
const look = (redis: Redis, keys: string[]) => redis.eval(LOOK, keys.length, ...keys);

export function createQueues(redis: Redis, prefix: string) {
  const lanes = LANES.map((lane) => openQueue(redis, prefix, lane));
  const keys = lanes.flatMap((lane) => [lane.toKey("wait"), lane.toKey("delayed")]);
  const dues = new Map<string, number>();
  const asked = new Map<string, number>();
  return {
    /** Starts what is due; resolves to whether anything waits or will at once. */
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

  async function startDue(lane: Queue, ids: string[], now: number): Promise<boolean> {
    await Promise.all(ids.filter((id) => !dues.has(lane.name + id)).map((id) => learn(lane, id)));
    const due = ids.filter((id) => (dues.get(lane.name + id) ?? now) <= now);
    await Promise.all(due.map((id) => start(lane, id)));
    return due.length > 0;
  }

  async function learn(lane: Queue, id: string): Promise<void> {
    const data = await redis.hget(lane.toKey(id), "data");
    // Taken off meanwhile: it may come to stand again under the same name.
    if (data === null) return;
    const { due = Number.POSITIVE_INFINITY } = JSON.parse(data) as { due?: number };
    dues.set(lane.name + id, due);
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
