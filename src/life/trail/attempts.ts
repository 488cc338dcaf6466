/**
 * Puts on the trail that somebody tried what they may not: up to ten entries a person an hour, and after the hour one entry
 * with the count of the rest. It changes no record.
 */
import type { Bot } from "../../bot.ts";
import { HOUR } from "../../request/durations.ts";
import type { UserId } from "../../request/ids.ts";
import { REFUSALS, type RefusalCode, type RefusalNote } from "../../request/refused.ts";
import { knownNames } from "./entries.ts";

/** Notes a refused click or command, if it is such an attempt. It returns at once and throws nothing. */
export function noteRefusal(bot: Bot, by: UserId, { code, data: { id } }: RefusalNote): void {
  if (REFUSALS[code].attempt) noteAttempt(bot, by, code, typeof id === "string" ? id : null);
}

/** Notes an attempt; `unknown-message` is a pressed message that the record does not know. It throws nothing. */
export const noteAttempt = (
  bot: Bot,
  by: UserId,
  code: RefusalCode | "unknown-message",
  id: string | null,
): void => void tellAttempt(bot, by, code, id).catch(bot.outages.note);

async function tellAttempt(bot: Bot, by: UserId, code: string, id: string | null): Promise<void> {
  const at = bot.clock.now();
  if (!(await bot.store.attempts.count(Math.floor(at / HOUR), by))) return;
  await bot.store.trail.add({ event: "attempt.refused", id, at, by, code, names: knownNames(bot, [by]) });
}

/** Puts on the trail, once each, how many attempts the last two hours left out; the hourly look runs it. Throws StoreAway. */
export async function tellManyAttempts(bot: Bot): Promise<void> {
  const hour = Math.floor(bot.clock.now() / HOUR);
  for (const past of [hour - 1, hour - 2])
    for (const [by, count] of await bot.store.attempts.beyond(past))
      await bot.store.trail.addOnce(`attempts:${past}:${by}`, {
        event: "attempt.refused",
        id: null,
        at: (past + 1) * HOUR,
        by,
        code: "many",
        count,
        names: knownNames(bot, [by]),
      });
}
