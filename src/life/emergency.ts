/**
 * Checks whether a person may take emergency access to a role again: not too often in a day, and not after somebody else
 * ended their last one and nobody reviewed it. It only reads.
 */
import type { Bot } from "../bot.ts";
import { findRole } from "../policy/roles.ts";
import { DAY } from "../request/durations.ts";
import type { EndCause, Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { requestsFor, UNREVIEWED } from "../store/indexes.ts";

/** Passes a request that is no emergency. Throws Refused emergency-stopped or too-many-emergencies, StoreAway. */
export async function assertMayTakeEmergency(bot: Bot, request: Request): Promise<void> {
  const { breakGlass } = findRole(bot.config, request.role);
  if (!request.emergency || !breakGlass) return;
  const { role } = request;
  const stopped = await findStopped(bot, request);
  if (stopped) throw new Refused("emergency-stopped", { role, id: stopped.id });
  if ((await countToday(bot, request)) >= breakGlass.perDay)
    throw new Refused("too-many-emergencies", { role, limit: breakGlass.perDay });
}

/** An end by somebody else for these causes says that the emergency was none. */
const STOPPED: readonly EndCause[] = ["revoked", "lockdown"];
const MOST_UNREVIEWED = 1000;

/** Finds an unreviewed emergency of the requester in this role that somebody else ended. */
async function findStopped(bot: Bot, { requester, role }: Request): Promise<Request | undefined> {
  const unreviewed = await bot.store.page(UNREVIEWED, { count: MOST_UNREVIEWED, latest: true });
  return unreviewed.find(
    ({ ending, ...one }) =>
      one.requester === requester &&
      one.role === role &&
      ending !== null &&
      STOPPED.includes(ending.cause) &&
      ending.by !== requester,
  );
}

/** Counts the emergencies of this role that the requester was granted in the last 24 hours. */
async function countToday(bot: Bot, { id, requester, role }: Request): Promise<number> {
  const index = requestsFor(requester);
  const asked = await bot.store.count(index, bot.clock.now() - DAY);
  const today = await bot.store.page(index, { count: Math.max(1, asked), latest: true });
  return today.filter((one) => one.id !== id && one.emergency && one.role === role && one.endsAt !== null)
    .length;
}
