/** Something that is done at most once in a while, by whichever replica; what did not succeed may be tried again. */
import type { Redis } from "ioredis";

/** Who died at it is believed to be at work for so long. */
const CLAIM_MS = 60_000;
const [TRYING, DONE] = ["trying", "1"];

/** Resolves to whether it is done, now or before: false also while somebody else is at it. `work` resolves to whether it succeeded. */
export async function atMostOnce(
  redis: Pick<Redis, "set" | "get" | "del">,
  key: string,
  everyMs: number,
  work: () => Promise<boolean>,
): Promise<boolean> {
  if ((await redis.set(key, TRYING, "PX", Math.min(CLAIM_MS, everyMs), "NX")) !== "OK")
    return (await redis.get(key)) === DONE;
  const done = await work().catch(() => false);
  // Where Redis does not take that, it is done once more at most.
  if (done) await redis.set(key, DONE, "PX", everyMs).catch(() => {});
  else await redis.del(key);
  return done;
}
