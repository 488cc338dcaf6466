/** What Redis has left: memory, and the time it takes to answer. */
import type { Redis } from "ioredis";
import { type Finding, ok, warn } from "./finding.ts";

const FULL = 0.8;
const SLOW = 50;
const TRIES = 5;

export const checkRedisLoad = async (redis: Pick<Redis, "info" | "time">): Promise<Finding[]> => [
  memory(await redis.info("memory")),
  await latency(redis),
];

function memory(info: string): Finding {
  const number = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  const [used, most] = [number("used_memory"), number("maxmemory")];
  if (most === 0) return ok("redis memory", `${mega(used)} used, no limit`);
  if (used < FULL * most) return ok("redis memory", `${mega(used)} of ${mega(most)} used`);
  return warn(
    "redis memory",
    `${mega(used)} of ${mega(most)} used: when it is full, no request can be stored`,
    `redis-cli CONFIG SET maxmemory ${2 * most}`,
  );
}

const mega = (bytes: number): string => `${Math.max(1, Math.round(bytes / 2 ** 20))} MB`;

async function latency(redis: Pick<Redis, "time">): Promise<Finding> {
  const took: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const asked = performance.now();
    await redis.time();
    took.push(performance.now() - asked);
  }
  // The best of them: the others may have waited for what else the doctor does.
  const best = Math.min(...took);
  if (best <= SLOW) return ok("redis latency", `${best.toFixed(1)} ms`);
  return warn(
    "redis latency",
    `${best.toFixed(0)} ms an answer: commands in Slack wait for several`,
    "redis-cli --latency, from this machine; move Redis nearer to the bot",
  );
}
