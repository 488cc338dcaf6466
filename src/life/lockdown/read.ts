/**
 * Reads which lockdowns hold: a person, or everybody, is locked out while an entry for them is in Redis or on the hub and no
 * signed unlock names it.
 */
import type { Bot } from "../../bot.ts";
import { HubError } from "../../hub/errors.ts";
import type { LockdownEntries } from "../../policy/lockdown.ts";
import type { HeldLockdowns } from "../../store/lockdowns.ts";

/** Returns those in Redis, and those that this replica last read from the hub. Throws StoreAway. */
export async function readLockdowns({ store, lockdowns }: Bot): Promise<HeldLockdowns> {
  const onHub = await store.lockdowns.held(lockdowns.onHub);
  return merged(onHub, await store.lockdowns.held(await store.lockdowns.readEntries()));
}

/** Of two entries for the same person, returns the one that this bot signed; of two such, the one in Redis. */
export const merged = (onHub: HeldLockdowns, inRedis: HeldLockdowns): HeldLockdowns =>
  new Map([...onHub, ...inRedis].sort(([, a], [, b]) => Number(a.by !== "") - Number(b.by !== "")));

/** Reads the entries on the hub. If the hub is down, returns what this replica read last. */
export async function readFromHub(bot: Bot): Promise<LockdownEntries> {
  try {
    bot.lockdowns.onHub = await bot.hub.readLockdowns();
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    bot.outages.note(error);
  }
  return bot.lockdowns.onHub;
}
