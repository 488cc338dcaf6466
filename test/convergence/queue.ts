/** BullMQ counts in the machine's time: what our clock made due is started here, and whether anything waits is seen in one look. */
import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";

/** A job that comes back soon, for somebody else holds what it needs, is not asked again in a tighter circle. */
const AGAIN_AFTER_MS = 100;

export function createDue(queue: Queue, redis: Redis) {
  const [wait, delayed] = [queue.toKey("wait"), queue.toKey("delayed")];
  const dues = new Map<string, number>();
  const asked = new Map<string, number>();
  return {
    /** Starts what is due; resolves to whether anything waits or will at once. */
    async promote(now: number): Promise<boolean> {
      const [[, waiting], [, ids]] = (await redis.pipeline().llen(wait).zrange(delayed, "0", "-1").exec()) as [
        [null, number],
        [null, string[]],
      ];
      await Promise.all(ids.filter((id) => !dues.has(id)).map(learn));
      const due = ids.filter((id) => (dues.get(id) ?? now) <= now);
      await Promise.all(due.map(start));
      return waiting > 0 || due.length > 0;
    },
  };

  async function learn(id: string): Promise<void> {
    const data = JSON.parse((await redis.hget(queue.toKey(id), "data")) ?? "{}") as { due?: number };
    dues.set(id, data.due ?? Number.POSITIVE_INFINITY);
  }

  async function start(id: string): Promise<void> {
    const last = asked.get(id) ?? Number.NEGATIVE_INFINITY;
    if (performance.now() - last < AGAIN_AFTER_MS) return;
    asked.set(id, performance.now());
    const job: Job | undefined = await queue.getJob(id);
    // One that started by itself meanwhile cannot be promoted.
    await job?.promote().catch(() => {});
  }
}
