/** `grants lockdown` and `grants unlock`: an operator locks everybody or one person. */
import { syncLockdowns } from "../../life/lockdown/sync.ts";
import { writeLock, writeUnlock } from "../../life/lockdown/write.ts";
import { outlineFor } from "../../life/state.ts";
import { EVERYBODY, type Locked } from "../../policy/lockdown.ts";
import { mayHoldAccess } from "../../request/record.ts";
import { answerWithProofs, deleteUnrecorded, endWithoutRedis } from "./end.ts";
import type { GrantFilter, GrantsAnswer, GrantsContext } from "./open.ts";

export interface LockOrder {
  whom: Locked;
  reason: string;
}

/** Locks first, then ends what there is. Without Redis the entry is on the hub alone, until a bot copies it. */
export async function lockByOperator(
  context: GrantsContext,
  { whom, reason }: LockOrder,
): Promise<GrantsAnswer> {
  const { bot, operator, redisTrouble } = context;
  const order = { by: operator, words: reason };
  const isMeant: GrantFilter = ({ requester }) => whom === EVERYBODY || requester === whom;
  const said = `Locked down: ${whom}, until unlocked.`;
  if (redisTrouble) {
    const text = bot.store.lockdowns.sign(whom, { ...order, at: bot.clock.now() });
    await bot.hub.changeLockdown(whom, () => text);
    const ended = await endWithoutRedis(context, isMeant, { cause: "lockdown", words: reason });
    return { ...ended, isDone: true, lines: [said, ...ended.lines] };
  }
  const written = await writeLock(bot, whom, order);
  const records = await bot.store.readAll(await bot.store.unfinished());
  await syncLockdowns(bot, records.map(outlineFor), written);
  const held = records.filter((one) => mayHoldAccess(one) && isMeant(one));
  const unrecorded = await deleteUnrecorded(context, isMeant, reason);
  const ids = held.map(({ id }) => id);
  const ended = await answerWithProofs(context, ids, unrecorded);
  return { ...ended, lines: [said, ...ended.lines] };
}

/** Access that ended stays ended: people ask again. Throws StoreAway. */
export async function unlockByOperator(
  { bot, operator, redisTrouble }: GrantsContext,
  { whom, reason }: LockOrder,
): Promise<GrantsAnswer> {
  if (redisTrouble)
    throw new Error(`${redisTrouble}: nothing was unlocked. Run this again when Redis can be used.`);
  await writeUnlock(bot, whom, { by: operator, words: reason });
  await syncLockdowns(bot, []);
  const lines = [`Unlocked: ${whom}. What ended must be asked for again.`];
  return { isDone: true, json: { unlocked: whom }, lines };
}
