/** lockdown and unlock, of everybody or of one person: while it holds nobody whom it concerns gets or keeps access. */

import type { Bot } from "../bot.ts";
import { accessApprovedBy, enforceLockdowns, writeLockdown } from "../life/lockdown.ts";
import { outlineFor } from "../life/state.ts";
import { EVERYBODY, type Locked } from "../policy/lockdown.ts";
import type { UserId } from "../request/ids.ts";
import { Refused } from "../request/refused.ts";
import { assertAdmin, endEach } from "./end.ts";

export interface LockdownAsked {
  /** Null: everybody. */
  user: UserId | null;
  by: UserId;
  words: string;
}

/** Locks first, then ends what there is: nothing can be granted in between. Throws Refused, StoreAway, SlackAway. */
export async function lockDown(bot: Bot, { user, by, words }: LockdownAsked): Promise<void> {
  await assertAdmin(bot, by, "lockdown");
  await writeLockdown(bot, lockedKey(user), { locked: true, by, words });
  const lockdowns = await bot.store.lockdowns.read();
  await enforceLockdowns(
    bot,
    lockdowns,
    (await bot.store.readAll(await bot.store.unfinished())).map(outlineFor),
  );
}

/** Lifts a lockdown. It gives nothing back: people ask again. Throws Refused, StoreAway, SlackAway. */
export async function unlock(bot: Bot, { user, by, words }: LockdownAsked): Promise<void> {
  await assertAdmin(bot, by, "unlock");
  await writeLockdown(bot, lockedKey(user), { locked: false, by, words });
}

/** Ends all live access that rests on this person's approval. Throws Refused, StoreAway, SlackAway. */
export async function endApproved(bot: Bot, { user, by, words }: LockdownAsked): Promise<void> {
  await assertAdmin(bot, by, "revoke all");
  const resting = user === null ? [] : await accessApprovedBy(bot, user);
  if (resting.length === 0) throw new Refused("not-active");
  await endEach(bot, resting, by, words);
}

const lockedKey = (user: UserId | null): Locked => user ?? EVERYBODY;
