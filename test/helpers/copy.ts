/** An older copy of Redis: everything as it is now, to be put back later. */
import type { Redis } from "ioredis";

/** All keys of one moment: taken one by one, a job could end between its list and its lock, and never run again. */
const COPY = `
  local all = {}
  for _, name in ipairs(redis.call("KEYS", "*")) do
    table.insert(all, { name, redis.call("DUMP", name), redis.call("PTTL", name) })
  end
  return all`;

export async function copyRedis(commands: Redis): Promise<() => Promise<void>> {
  const kept = (await commands.callBuffer("EVAL", COPY, 0)) as [name: Buffer, value: Buffer, ttl: number][];
  return async () => {
    const all = commands.multi().flushall();
    for (const [name, value, ttl] of kept) all.restore(name, Math.max(0, ttl), value);
    await all.exec();
  };
}
