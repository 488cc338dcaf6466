/** `grants lockdown` and `grants unlock`: of everybody or of one person, by an operator. */

import { enforceLockdowns, lockDownOnHub, writeLockdown } from "../../life/lockdown.ts";
import { outlineOf } from "../../life/state.ts";
import { EVERYBODY, type Locked } from "../../policy/lockdown.ts";
import { mayHoldAccess } from "../../request/record.ts";
import { answerWithProofs, deleteUnrecorded, endWithoutRedis } from "./end.ts";
import type { Answer, GrantOnHub, GrantsContext } from "./open.ts";

interface LockdownAsked {
  whom: Locked;
  reason: string;
}

/** Locks first, then ends what there is. Without Redis the hub's annotation has it until a bot takes it from there. */
export async function lockDown(context: GrantsContext, { whom, reason }: LockdownAsked): Promise<Answer> {
  const { bot, operator, redisTrouble } = context;
  const lockdown = { locked: true, by: operator, words: reason };
  const isMeant = ({ requester }: Pick<GrantOnHub, "requester">) => whom === EVERYBODY || requester === whom;
  const said = `Locked down: ${whom}, until unlocked.`;
  if (redisTrouble) {
    await lockDownOnHub(bot, whom, lockdown);
    return {
      ...withLine(said, await endWithoutRedis(context, isMeant, { cause: "lockdown", words: reason })),
      isDone: true,
    };
  }
  await writeLockdown(bot, whom, lockdown);
  const records = await bot.store.readAll(await bot.store.unfinished());
  await enforceLockdowns(bot, await bot.store.lockdowns.read(), records.map(outlineOf));
  const held = records.filter((one) => mayHoldAccess(one) && isMeant(one));
  const unrecorded = await deleteUnrecorded(context, isMeant, reason);
  return withLine(said, await answerWithProofs(context, new Set(held.map(({ id }) => id)), unrecorded));
}

/** What ended stays ended: people ask again. Throws StoreAway. */
export async function unlock(
  { bot, operator }: GrantsContext,
  { whom, reason }: LockdownAsked,
): Promise<Answer> {
  await writeLockdown(bot, whom, { locked: false, by: operator, words: reason });
  const lines = [`Unlocked: ${whom}. What ended must be asked for again.`];
  return { isDone: true, json: { unlocked: whom }, lines };
}

const withLine = (line: string, answer: Answer): Answer => ({ ...answer, lines: [line, ...answer.lines] });
