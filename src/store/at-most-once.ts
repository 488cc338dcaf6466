/** Something that is done at most once in a while, by whichever replica; what did not succeed may be tried again. */
import { randomUUID } from "node:crypto";
import { reading, writing } from "./failures.ts";
import type { Client } from "./open.ts";
import { defineScripts } from "./scripts.ts";

/** Who died at it is believed to be at work for so long. */
const CLAIM_MS = 60_000;
const DONE = "1";

/** Resolves to whether it is done, now or before: false also while somebody else is at it. `work` resolves to whether it succeeded. Throws StoreDown, StoreUnsure. */
export async function atMostOnce(
  redis: Client,
  key: string,
  everyMs: number,
  work: () => Promise<boolean>,
): Promise<boolean> {
  const mine = randomUUID();
  const claim = () => redis.set(key, mine, "PX", Math.min(CLAIM_MS, everyMs), "NX");
  if ((await writing(redis, claim)) !== "OK") return (await reading(redis, () => redis.get(key))) === DONE;
  const done = await work().catch(() => false);
  // Where Redis does not take that, it is done once more at most.
  if (done) await writing(redis, () => redis.set(key, DONE, "PX", everyMs)).catch(() => {});
  // What another did meanwhile stays done.
  else await writing(redis, () => defineScripts(redis).release(key, mine));
  return done;
}

/** What is done is done again from so many ms on, although its while is not over. Throws StoreDown, StoreUnsure. */
export async function againIn(redis: Client, key: string, ms: number): Promise<void> {
  await writing(redis, () => redis.pexpire(key, ms));
}
