/** Which Slack app's bot these records belong to: two bots of one name would take each other's grants. */
import { reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

/** Resolves to the bot id of the one that came first, which may be this one. Throws StoreDown, StoreUnsure. */
export async function claimedBy(
  { redis, keys }: Pick<Store, "redis" | "keys">,
  botId: string,
): Promise<string> {
  await writing(redis, () => redis.setnx(keys.app, botId));
  return (await reading(redis, () => redis.get(keys.app))) ?? botId;
}
