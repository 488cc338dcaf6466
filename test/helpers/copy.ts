/** An older copy of Redis: everything as it is now, to be put back later. */
import type { Redis } from "ioredis";

export async function copyRedis(commands: Redis): Promise<() => Promise<void>> {
  const names = await commands.keys("*");
  const kept = await Promise.all(
    names.map(async (name) => ({
      name,
      value: await commands.dumpBuffer(name),
      ttl: await commands.pttl(name),
    })),
  );
  return async () => {
    const all = commands.multi().flushall();
    for (const { name, value, ttl } of kept) if (value) all.restore(name, Math.max(0, ttl), value);
    await all.exec();
  };
}
