/** Keeps the lockdowns in Redis and on the hub the same, and has them hold whatever was restored. */
import type { Bot } from "../../bot.ts";
import type { Lockdowns } from "../../policy/lockdown.ts";
import { drawLockdownCard, enforceLockdowns, readHubLockdowns, writeHubLockdown } from "../lockdown.ts";
import type { RecordOutline } from "../state.ts";

/** Copies the newer value to the other place, then ends the requests that it concerns. */
export async function syncLockdowns(bot: Bot, records: Iterable<RecordOutline>): Promise<Lockdowns> {
  const [inRedis, onHub] = [await bot.store.lockdowns.read(), await readHubLockdowns(bot)];
  for (const whom of new Set([...inRedis.keys(), ...onHub.keys()])) {
    const [ours, theirs] = [inRedis.get(whom), onHub.get(whom)];
    if (theirs && (!ours || theirs.at > ours.at)) {
      const entry = { id: null, at: theirs.at, by: theirs.by, what: "lockdown taken from Karpor", whom };
      await bot.store.lockdowns.write(whom, theirs, entry);
      inRedis.set(whom, theirs);
    } else if (ours && (!theirs || ours.at > theirs.at)) await writeHubLockdown(bot, whom, ours);
  }
  await enforceLockdowns(bot, inRedis, records);
  for (const [whom, lockdown] of inRedis)
    await drawLockdownCard(bot, whom, lockdown).catch((error: unknown) => bot.outages.note(error));
  return inRedis;
}
