/** `audit acknowledge REASON`: an operator knows what is wrong with the trail. From then on `verify` fails only for more. */
import type { Bot } from "../../bot.ts";
import { readLostSeals, SEAL_NOTES, sealTrail } from "../../life/trail/seal-trail.ts";
import type { Operator } from "../../request/ids.ts";
import type { CommandMeans } from "../options.ts";
import { examineTrail, lostFault } from "./verify.ts";

/**
 * Writes an entry with the reason and each fault, then clears their lost seals on the hub. What goes on now, such as a seal
 * that keeps others from being made, is not acknowledged. Throws StoreAway, HubError.
 */
export async function acknowledgeFaults(
  bot: Bot,
  { by, reason }: { by: Operator; reason: string },
  say: CommandMeans["say"],
): Promise<true> {
  // Throws where the hub does not answer: nothing is acknowledged then.
  await bot.hub.readNotes();
  // A seal that the hub alone knows becomes one of the faults.
  await sealTrail(bot);
  const { faults } = await examineTrail(bot);
  const at = bot.clock.now();
  await bot.store.trail.add({ event: "trail.acknowledged", id: null, at, by, words: reason, faults });
  await bot.hub.changeNotes((notes) => {
    const rest = readLostSeals(notes).filter((one) => !faults.includes(lostFault(bot.store.signer, one)));
    return { [SEAL_NOTES.lost]: JSON.stringify(rest) };
  });
  await sealTrail(bot);
  for (const fault of faults) say(`Acknowledged: ${fault}`);
  say(
    faults.length === 0 ? "Nothing was wrong; the reason is on the trail." : "The trail says so from now on.",
  );
  return true;
}
