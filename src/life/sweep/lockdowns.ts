/**
 * Keeps the two copies of each lockdown, in Redis and on the hub, the same: the newer one is written to the other place.
 * Each sweep runs it, and it then ends the requests that a lockdown concerns.
 */
import type { Bot } from "../../bot.ts";
import {
  type Lockdown,
  type Lockdowns,
  type Locked,
  newerLockdown,
  UNREADABLE_LOCKDOWN,
} from "../../policy/lockdown.ts";
import { openLockdown, signLockdown } from "../../store/lockdowns.ts";
import { copyToHub, drawLockdownCard, enforceLockdowns, hubLockdowns } from "../lockdown.ts";
import type { RecordOutline } from "../state.ts";

/** Returns the lockdowns that count, after it ended the requests that they concern. Throws StoreAway, HubError, Refused. */
export async function syncLockdowns(bot: Bot, records: Iterable<RecordOutline>): Promise<Lockdowns> {
  const inRedis = await bot.store.lockdowns.readSigned();
  const onHub = hubLockdowns(await bot.hub.readNotes());
  const counting = new Map<Locked, Lockdown>();
  for (const whom of new Set([...inRedis.keys(), ...onHub.keys()])) {
    const lockdown = await syncOne(bot, whom, { ours: inRedis.get(whom), theirs: onHub.get(whom) });
    counting.set(whom, lockdown);
  }
  await enforceLockdowns(bot, counting, records);
  for (const [whom, lockdown] of counting)
    await drawLockdownCard(bot, whom, lockdown).catch((error: unknown) => bot.outages.note(error));
  return counting;
}

/** Returns the lockdown that counts, now in both places. One that cannot be read locks until somebody writes a new one. */
async function syncOne(
  bot: Bot,
  whom: Locked,
  { ours, theirs }: { ours: string | undefined; theirs: string | undefined },
): Promise<Lockdown> {
  const inRedis = openLockdown(bot.store.signer, whom, ours);
  const onHub = openLockdown(bot.store.signer, whom, theirs);
  const newer = newerLockdown(inRedis, onHub) ?? UNREADABLE_LOCKDOWN;
  if (newer === UNREADABLE_LOCKDOWN) {
    // commit.lua sees no MAC: to it, what somebody else wrote might be an unlock.
    if (ours !== signLockdown(bot.store.signer, whom, newer)) await takeOver(bot, whom, ours, newer);
    return newer;
  }
  if (ours === theirs) return newer;
  // Two that were written at the same time: the one that locks gets a number of its own.
  const lockdown = inRedis?.n === onHub?.n ? { ...newer, n: newer.n + 1 } : newer;
  if (lockdown !== inRedis) await takeOver(bot, whom, ours, lockdown);
  if (lockdown !== onHub) await copyToHub(bot, whom, lockdown);
  return lockdown;
}

/** Writes the lockdown to Redis, with an entry on the trail. */
async function takeOver(bot: Bot, whom: Locked, before: string | undefined, lockdown: Lockdown) {
  await bot.store.lockdowns.replace(whom, before, lockdown, {
    event: "lockdown.taken-over",
    id: null,
    at: bot.clock.now(),
    by: lockdown.by || null,
    whom,
    locked: lockdown.locked,
    words: lockdown.words,
    setAt: lockdown.at,
  });
}
