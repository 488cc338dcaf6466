/** Which Slack app's bot these records belong to: two bots of one name would take each other's grants. */
import { createHash } from "node:crypto";
import { reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

type Claimed = Pick<Store, "redis" | "keys">;

/** Resolves to the bot id of the one that came first, which may be this one. Throws StoreDown, StoreUnsure. */
export async function claimedBy({ redis, keys }: Claimed, botId: string): Promise<string> {
  await writing(redis, () => redis.setnx(keys.app, botId));
  return (await reading(redis, () => redis.get(keys.app))) ?? botId;
}

/** That Slack knows the bot of these records by this token. Throws StoreDown, StoreUnsure. */
export async function noteToken({ redis, keys }: Claimed, botId: string, token: string): Promise<void> {
  await writing(redis, () => redis.set(keys.appToken, markOf(botId, token)));
}

/** Whether it did when it last said so; also where nobody's bot came yet. Throws StoreDown. */
export async function isKnownToken({ redis, keys }: Claimed, token: string): Promise<boolean> {
  const [botId, mark] = await reading(redis, () => redis.mget(keys.app, keys.appToken));
  return !botId || mark === markOf(botId, token);
}

const markOf = (botId: string, token: string): string =>
  createHash("sha256").update(`${botId} ${token}`).digest("hex").slice(0, 16);
