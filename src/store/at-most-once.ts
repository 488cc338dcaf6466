/** Something that is done at most once in a while, by whichever replica; what did not succeed may be tried again. */
import type { Redis } from "ioredis";

/** `work` resolves to whether it succeeded. */
export async function atMostOnce(
  redis: Pick<Redis, "set" | "del">,
  key: string,
  everyMs: number,
  work: () => Promise<boolean>,
): Promise<void> {
  if ((await redis.set(key, "1", "PX", everyMs, "NX")) !== "OK") return;
  if (!(await work().catch(() => false))) await redis.del(key);
}
