/** More time: a request of its own that follows the first of its chain; approved like any other. */

import type { Bot } from "../bot.ts";
import { readChain } from "../life/chain.ts";
import { findRole } from "../policy/roles.ts";
import type { RequestId, UserId } from "../request/ids.ts";
import { isOpen, openData, type Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { totalGranted } from "../request/transitions.ts";
import { askForAccess } from "./ask.ts";
import { readRequest } from "./read.ts";

export interface MoreAsked {
  source: string;
  by: UserId;
  duration: number | null;
  reason: string;
}

/** Asks to prolong active access, as a request of its own. Returns that request. Throws Refused, StoreAway. */
export async function askForMoreTime(bot: Bot, id: RequestId, asked: MoreAsked): Promise<Request> {
  const { source, by, duration, reason } = asked;
  const request = await readRequest(bot, id);
  if (request.requester !== by) throw new Refused("not-yours", { id });
  const chain = await readChain(bot, request);
  const latest = chain.filter(({ state }) => state === "active" || state === "granting").at(-1);
  if (!latest?.endsAt) throw new Refused("not-active", { id });
  const open = chain.find((one) => isOpen(one) && one.endsAt === null);
  if (open) throw new Refused("already-open", openData(open, bot.clock.now()));
  const role = findRole(bot.config, request.role);
  const added = duration ?? role.duration.default;
  return askForAccess(bot, {
    source,
    askedBy: by,
    requester: by,
    role: request.role,
    duration: added,
    reason: reason || request.reason,
    startsAt: null,
    emergency: false,
    follows: {
      first: request.follows ?? request.id,
      prolongsFrom: latest.endsAt,
      usedBefore: totalGranted(chain),
    },
  });
}
