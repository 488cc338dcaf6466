/**
 * Keeps the entries in Redis and on the hub the same, in each sweep: an entry in one place only is copied to the other, and
 * one that an unlock names is deleted. A copy never replaces an entry that holds.
 */
import type { Bot } from "../../bot.ts";
import type { LockdownEntries, Locked } from "../../policy/lockdown.ts";
import { type HeldLockdowns, type LockdownEntry, lockdownMark } from "../../store/lockdowns.ts";
import type { RecordOutline } from "../state.ts";
import { enforceLockdowns } from "./enforce.ts";
import { merged, readFromHub } from "./read.ts";

/**
 * Returns the lockdowns that hold, after it ended the requests that they concern. `written`: what this process has just
 * written to Redis, where somebody may have deleted it since. Throws StoreAway, Refused.
 */
export async function syncLockdowns(
  bot: Bot,
  records: Iterable<RecordOutline>,
  written: LockdownEntries = new Map(),
): Promise<HeldLockdowns> {
  const { lockdowns } = bot.store;
  const onHub = await readFromHub(bot);
  const theirs = await lockdowns.held(onHub);
  const inRedis = new Map([...(await lockdowns.readEntries()), ...written]);
  const ours = await lockdowns.held(inRedis);
  const held = merged(theirs, ours);
  for (const [whom, entry] of held) await recordOnce(bot, whom, entry);
  const all = new Set([...inRedis.keys(), ...onHub.keys()]);
  for (const whom of all) {
    const wanted = (ours.get(whom) ?? theirs.get(whom))?.text;
    if (wanted !== inRedis.get(whom)) await lockdowns.replace(whom, inRedis.get(whom), wanted);
  }
  await enforceLockdowns(bot, held, records);
  for (const whom of all) {
    const wanted = (theirs.get(whom) ?? ours.get(whom))?.text;
    await changeOnHub(bot, whom, onHub.get(whom), wanted).catch(bot.outages.note);
  }
  return held;
}

async function changeOnHub({ hub }: Bot, whom: Locked, before = "", after = ""): Promise<void> {
  if (before === after) return;
  await hub.changeLockdown(whom, (there) => (there === before || there === "" ? after : there));
}

/** The trail names each entry, also one that was written on the hub alone or by somebody else. */
const recordOnce = (
  { store, clock }: Bot,
  whom: Locked,
  { by, words, at, hash }: LockdownEntry,
): Promise<void> =>
  store.trail.addOnce(lockdownMark(hash), {
    event: "lockdown.taken-over",
    id: null,
    at: clock.now(),
    by: by || null,
    whom,
    words,
    setAt: at,
  });
