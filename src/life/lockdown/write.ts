/** Locks and unlocks everybody or one person: each is one write to Redis with its trail entry. The hub follows (sync.ts). */
import type { Bot } from "../../bot.ts";
import {
  assertHasPower,
  type LockdownEntries,
  type LockdownOrder,
  type Locked,
} from "../../policy/lockdown.ts";
import type { TrailEvent } from "../../request/events.ts";
import { UserId } from "../../request/ids.ts";
import { knownNames } from "../trail/entries.ts";
import { merged, readFromHub } from "./read.ts";

/**
 * From then on every replica refuses, whatever the hub and Slack do; `enforceNow` ends what there is. Returns the entry
 * for `syncLockdowns`. Throws StoreAway.
 */
export async function writeLock(bot: Bot, whom: Locked, order: LockdownOrder): Promise<LockdownEntries> {
  const lockdown = { ...order, at: bot.clock.now() };
  const entry = entryFor(bot, "lockdown.set", whom, lockdown);
  return new Map([[whom, await bot.store.lockdowns.lock(whom, lockdown, entry)]]);
}

/**
 * Unlocks each entry that Redis and the hub have now; while the hub is down, that this replica last read there. Throws
 * Refused when `by` is locked out, StoreAway.
 */
export async function writeUnlock(bot: Bot, whom: Locked, order: LockdownOrder): Promise<void> {
  const { lockdowns } = bot.store;
  const onHub = await readFromHub(bot);
  const inRedis = await lockdowns.readEntries();
  // Judged by the entries that are unlocked: somebody may be deleting them from Redis in a loop.
  const user = UserId.safeParse(order.by).data;
  if (user) assertHasPower(merged(await lockdowns.held(onHub), await lockdowns.held(inRedis)), user);
  const texts = [inRedis.get(whom), onHub.get(whom)].filter((text) => text !== undefined);
  const unlock = { ...order, at: bot.clock.now() };
  await lockdowns.unlock(whom, texts, unlock, entryFor(bot, "lockdown.lifted", whom, unlock));
}

const entryFor = (bot: Bot, event: TrailEvent, whom: Locked, order: LockdownOrder & { at: number }) => ({
  event,
  id: null,
  ...order,
  whom,
  names: knownNames(bot, [order.by, whom]),
});
