/** `grants lockdown` and `grants unlock`: an operator locks everybody or one person. */
import { enforceLockdowns, lockDownOnHub, writeLockdown } from "../../life/lockdown.ts";
import { outlineFor } from "../../life/state.ts";
import { EVERYBODY, type Locked } from "../../policy/lockdown.ts";
import { mayHoldAccess } from "../../request/record.ts";
import { answerWithProofs, deleteUnrecorded, endWithoutRedis } from "./end.ts";
import type { GrantFilter, GrantsAnswer, GrantsContext } from "./open.ts";

export interface LockOrder {
  whom: Locked;
  reason: string;
}

/** Locks first, then ends what there is. Without Redis the hub's annotation has it until a bot takes it from there. */
export async function lockByOperator(
  context: GrantsContext,
  { whom, reason }: LockOrder,
): Promise<GrantsAnswer> {
  const { bot, operator, redisTrouble } = context;
  const lockdown = { locked: true, by: operator, words: reason };
  const isMeant: GrantFilter = ({ requester }) => whom === EVERYBODY || requester === whom;
  const said = `Locked down: ${whom}, until unlocked.`;
  if (redisTrouble) {
    await lockDownOnHub(bot, whom, lockdown);
    const ended = await endWithoutRedis(context, isMeant, { cause: "lockdown", words: reason });
    return { ...ended, isDone: true, lines: [said, ...ended.lines] };
  }
  await writeLockdown(bot, whom, lockdown);
  const records = await bot.store.readAll(await bot.store.unfinished());
  await enforceLockdowns(bot, await bot.store.lockdowns.read(), records.map(outlineFor));
  const held = records.filter((one) => mayHoldAccess(one) && isMeant(one));
  const unrecorded = await deleteUnrecorded(context, isMeant, reason);
  const ids = held.map(({ id }) => id);
  const ended = await answerWithProofs(context, ids, unrecorded);
  return { ...ended, lines: [said, ...ended.lines] };
}

/** Access that ended stays ended: people ask again. Throws StoreAway. */
export async function unlockByOperator(
  { bot, operator }: GrantsContext,
  { whom, reason }: LockOrder,
): Promise<GrantsAnswer> {
  await writeLockdown(bot, whom, { locked: false, by: operator, words: reason });
  const lines = [`Unlocked: ${whom}. What ended must be asked for again.`];
  return { isDone: true, json: { unlocked: whom }, lines };
}
