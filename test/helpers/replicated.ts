/** Replication is asynchronous: what a test wrote must have reached the replica before its primary may be killed. */
import { Redis } from "ioredis";
import { type LocalRedis, startRedis } from "../../sandbox/redis/redis.ts";
import { until } from "./redis.ts";

/** In step: the primary sends on what it takes. */
export async function replicaOf({ port, url }: LocalRedis): Promise<LocalRedis> {
  const primary = new Redis(url);
  // A new replica is not kept waiting for others to sync with.
  await primary.config("SET", "repl-diskless-sync-delay", "0");
  const replica = await startRedis({ args: ["--replicaof", "127.0.0.1", String(port)] });
  await until(async () => (await primary.info("replication")).includes("state=online"));
  primary.disconnect();
  return replica;
}

/** Waits until a replica has acknowledged all that the server at `url` had written when this was called. */
export async function replicated(url: string, password?: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, ...(password === undefined ? {} : { password }) });
  const offsets = async () => {
    const info = await redis.info("replication");
    const at = (pattern: RegExp) => Number(pattern.exec(info)?.[1] ?? -1);
    return { written: at(/^master_repl_offset:(\d+)/m), acknowledged: at(/^slave\d+:.*offset=(\d+)/m) };
  };
  try {
    const { written } = await offsets();
    await until(async () => (await offsets()).acknowledged >= written);
  } finally {
    redis.disconnect();
  }
}

/** How often the server at `url` was asked to wait for its replicas. */
export async function waitsOn(url: string): Promise<number> {
  const redis = new Redis(url);
  const stats = await redis.info("commandstats");
  redis.disconnect();
  return Number(/^cmdstat_wait:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}
