/** Something that is done at most once in a while, by whichever replica; what did not succeed may be tried again. */
import type { Redis } from "ioredis";

/** Resolves to whether it is done, now or before; `work` to whether it succeeded. */
export async function atMostOnce(
  redis: Pick<Redis, "set" | "del">,
  key: string,
  everyMs: number,
  work: () => Promise<boolean>,
): Promise<boolean> {
  if ((await redis.set(key, "1", "PX", everyMs, "NX")) !== "OK") return true;
  const done = await work().catch(() => false);
  if (!done) await redis.del(key);
  return done;
}
