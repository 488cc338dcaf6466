/** Seals the trail every minute on each replica. A lock in Redis would let an attacker prevent seals. */
import type { Bot } from "../bot.ts";
import { sealTrail } from "../life/trail/seal-trail.ts";
import { MINUTE } from "../request/durations.ts";

/** Never rejects. Seals once more when the replica stops. */
export async function keepSealing(bot: Bot): Promise<void> {
  for (;;) {
    await sealTrail(bot).catch((error: unknown) => {
      bot.outages.note(error);
      bot.log.debug(
        { err: error },
        "the trail was not sealed, or its seal not told; tried again in a minute",
      );
    });
    if (bot.stopping.aborted) return;
    await bot.clock.sleep(MINUTE, bot.stopping).catch(() => {});
  }
}
