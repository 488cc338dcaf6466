/**
 * closed: the request is over. It has an outcome and, after access, the proof of its end; its messages show both. With
 * `audit.hub` its step runs once, two minutes after the end (the hub may send more until then), and puts the use on the
 * trail. The commit that closed it deleted its account on the hub; if that failed, the next sweep does.
 */

import type { Bot } from "../../bot.ts";
import { MINUTE } from "../../request/durations.ts";
import { isRefusedAtOnce, type Request } from "../../request/record.ts";
import { endMessages } from "../messages/wanted.ts";
import type { Decision, LifeState } from "../state.ts";

export const closed = {
  dueAt: tellUseAt,
  step: stepClosed,
  messages: (bot, request) => {
    if (isRefusedAtOnce(request)) return [];
    const wanted = endMessages(bot, request);
    // A request that was refused before anybody was asked never had a card.
    return request.history === null ? wanted.filter(({ key }) => key !== "card") : wanted;
  },
} satisfies LifeState;

const USE_TOLD_WITHIN = 2 * MINUTE;

/** When the use goes on the trail, ms since the epoch; null: never, or it is there already. */
function tellUseAt({ config, hub }: Bot, { ending, used }: Request): number | null {
  if (!config.audit.hub || ending?.deletedAt == null || used !== null) return null;
  return ending.deletedAt - hub.clockOffset() + USE_TOLD_WITHIN;
}

async function stepClosed(bot: Bot, request: Request): Promise<Decision | null> {
  const due = tellUseAt(bot, request);
  if (due === null || bot.clock.now() < due) return null;
  const used = await bot.store.uses.read(request.id);
  return { event: "access.used", by: null, change: (newest) => ({ ...newest, used }) };
}
