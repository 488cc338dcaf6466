/** lockdown and unlock, of everybody or of one person: while it holds nobody whom it concerns gets or keeps access. */

import type { Bot } from "../bot.ts";
import { drawLockdowns } from "../life/lockdown/draw.ts";
import { accessApprovedBy, enforceNow } from "../life/lockdown/enforce.ts";
import { syncLockdowns } from "../life/lockdown/sync.ts";
import { writeLock, writeUnlock } from "../life/lockdown/write.ts";
import { EVERYBODY, type LockdownEntries } from "../policy/lockdown.ts";
import type { UserId } from "../request/ids.ts";
import { Refused } from "../request/refused.ts";
import { assertAdmin, revokeEach } from "./end.ts";

export interface LockdownAsked {
  /** Null: everybody. */
  user: UserId | null;
  by: UserId;
  words: string;
}

/** Locks first, then ends what there is: nothing can be granted in between. Throws Refused, StoreAway, SlackAway. */
export async function lockDown(bot: Bot, { user, by, words }: LockdownAsked): Promise<void> {
  await assertAdmin(bot, by, "lockdown");
  const whom = user ?? EVERYBODY;
  publish(bot, await writeLock(bot, whom, { by, words }));
  await enforceNow(bot);
}

/** Lifts a lockdown. It gives nothing back: people ask again. Throws Refused, StoreAway, SlackAway. */
export async function unlock(bot: Bot, { user, by, words }: LockdownAsked): Promise<void> {
  await assertAdmin(bot, by, "unlock");
  const whom = user ?? EVERYBODY;
  await writeUnlock(bot, whom, { by, words });
  publish(bot);
}

/** Ends all live access that rests on this person's approval. Throws Refused, StoreAway, SlackAway. */
export async function endApproved(bot: Bot, { user, by, words }: LockdownAsked): Promise<void> {
  await assertAdmin(bot, by, "revoke all");
  const resting = user === null ? [] : await accessApprovedBy(bot, user);
  if (resting.length === 0) throw new Refused("not-active");
  await revokeEach(bot, resting, by, words);
}

/** Nobody waits for the hub or for Slack: the next sweep does again what fails here. */
function publish(bot: Bot, written?: LockdownEntries): void {
  for (const work of [syncLockdowns(bot, [], written), drawLockdowns(bot)]) void work.catch(bot.outages.note);
}
