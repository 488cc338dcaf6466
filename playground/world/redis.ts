/** The playground's own eyes on Redis: records, trail and waiting jobs, read and never written. */
import { Redis } from "ioredis";
import { startRedis } from "../../local/redis.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import type { Transition } from "../../src/domain/trail.ts";
import { openQueue } from "../../src/queue/jobs.ts";
import { keysOf } from "../../src/store/keys.ts";
import { INSTANCE } from "./config.ts";

export type RedisSide = Awaited<ReturnType<typeof openRedis>>;

export interface WaitingJob {
  name: string;
  id: string;
  /** Of the bot's clock. */
  due: number;
}

const KEPT = 80;

export async function openRedis(given: string | undefined) {
  const server = given === undefined ? await startRedis() : undefined;
  const url = given ?? server?.url ?? "";
  const redis = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: 2_000 });
  redis.on("error", () => {});
  const keys = keysOf(INSTANCE);
  const queue = openQueue(redis, keys.prefix);
  const trail = async (): Promise<Transition[]> => {
    const entries = await redis.xrevrange(keys.trail, "+", "-", "COUNT", KEPT);
    return entries.map(([, fields]) => JSON.parse(fields[1] ?? "null") as Transition).reverse();
  };
  return {
    url,
    /** Undefined when it is not ours to break. */
    own: server && { flush: async () => void (await redis.flushall()) },
    queue,
    trail,
    records: (ids: readonly string[]) => records(redis, ids.map(keys.request)),
    unsettled: () => redis.smembers(keys.unsettled),
    jobs: async (): Promise<WaitingJob[]> => {
      const delayed = (await queue.getDelayed()).filter((job) => typeof job?.data.due === "number");
      const jobs = delayed.map(({ name, data }) => ({ name, id: String(data.id), due: Number(data.due) }));
      return jobs.sort((a, b) => a.due - b.due);
    },
    close: async () => {
      await queue.close().catch(() => {});
      redis.disconnect();
      await server?.stop();
    },
  };
}

async function records(redis: Redis, names: string[]): Promise<AccessRequest[]> {
  const found = await Promise.all(names.map((name) => redis.hget(name, "record")));
  return found.filter((json) => json !== null).map((json) => JSON.parse(json) as AccessRequest);
}
