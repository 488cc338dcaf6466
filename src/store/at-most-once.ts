/** Something that is done at most once in a while, by whichever replica; what did not succeed may be tried again. */
import type { Redis } from "ioredis";

/** Who died at it is believed to be at work for so long. */
const CLAIM_MS = 60_000;
const TRYING = "trying";

/** Resolves to whether it is done, now or before: false also while somebody else is at it. `work` resolves to whether it succeeded. */
export async function atMostOnce(
  redis: Pick<Redis, "set" | "get" | "del">,
  key: string,
  everyMs: number,
  work: () => Promise<boolean>,
): Promise<boolean> {
  if ((await redis.set(key, TRYING, "PX", Math.min(CLAIM_MS, everyMs), "NX")) !== "OK")
    return (await redis.get(key)) !== TRYING;
  const done = await work().catch(() => false);
  if (done) await redis.set(key, "1", "PX", everyMs);
  else await redis.del(key);
  return done;
}
