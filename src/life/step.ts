/**
 * Runs one step of one request: reads the record, lets its state decide what is due, and commits that. The queue `access`
 * runs it, on any replica and any number of times.
 *
 * A process that was suspended does no harm when it wakes, so effects need no lock:
 * - its commit changes nothing when anything was committed since it read the record;
 * - a commit that leads to access is refused when its look-ups are too old;
 * - its binding names an account that is gone, and the sweep deletes the binding;
 * - its edit of a token's message finds the message deleted;
 * - when it drew an older record, it schedules another run (life/messages/draw.ts).
 */

import type { Bot } from "../bot.ts";
import { HubError, isAway } from "../hub/errors.ts";
import { PROVE_AFTER } from "../hub/proof.ts";
import { HOUR, SECOND } from "../request/durations.ts";
import type { RequestId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { orNull } from "../store/reading.ts";
import { noteProlonged } from "./chain.ts";
import { atVersion, commit, hasChanged } from "./commit.ts";
import { inTrouble } from "./decisions.ts";
import { LIFE, nextDue } from "./states/index.ts";

export const TRY_AGAIN_AFTER = 5 * SECOND;
const TROUBLE_AFTER = 20 * SECOND;

/** The result of a step: the record after it (null: there is none that can be read), and whether the step committed a change. */
interface Stepped {
  request: Request | null;
  isChanged: boolean;
}

/** Runs the step that is due, if any. Throws what the step or its commit throws: Refused, StoreAway, HubError, SlackAway. */
export async function runStep(bot: Bot, id: RequestId): Promise<Stepped> {
  const request = orNull(await bot.store.read(id));
  const decision = request && (await LIFE[request.state].step(bot, request));
  if (!decision) return { request, isChanged: false };
  const after = await commit(bot, request, { ...decision, change: atVersion(request, decision.change) });
  if (after.state === "active" && request.state === "granting") await noteProlonged(bot, after);
  if (after.ending?.deletedAt && !request.ending?.deletedAt) void proveFromHere(bot, id);
  return { request: after, isChanged: after.version !== request.version };
}

/**
 * Runs a job of the queue `access`: one step, then it schedules the next one. A step that fails is noted and tried again
 * after 5 s. Throws StoreAway only.
 */
export async function runAccessJob(bot: Bot, id: RequestId): Promise<void> {
  const { request, isChanged } = await runStep(bot, id).catch(async (error: unknown) => {
    await noteFailure(bot, id, error);
    return { request: orNull(await bot.store.read(id)), isChanged: false };
  });
  if (request === null) return;
  const due = nextDue(bot, request);
  if (due === null) return;
  if (!isChanged) await bot.queue.schedule("access", id, Math.max(due - bot.clock.now(), TRY_AGAIN_AFTER));
  // This schedule, or the commit's, replaced any that came during the run: a record that changed since needs a run at once.
  if (await hasChanged(bot, request)) await bot.queue.schedule("access", id);
}

async function noteFailure(bot: Bot, id: RequestId, error: unknown): Promise<void> {
  // Refused: another decision won, or a look-up got too old. The next run decides again.
  if (!(error instanceof Refused)) bot.outages.note(error);
  bot.log.debug({ id, err: error }, `a step failed; it is tried again in ${TRY_AGAIN_AFTER / SECOND} s`);
  if (isAway(error)) await noteTrouble(bot, id, "hub-away");
  else if (error instanceof HubError) await tellRefusal(bot, id, error);
}

/** Logs, once an hour a reason, that the hub says no, such as for a missing right: an operator must act. */
async function tellRefusal(bot: Bot, id: RequestId, error: HubError): Promise<void> {
  if (await bot.store.once(`refused-step:${error.reason}`, HOUR))
    bot.log.error({ id, err: error }, "the hub refuses a step; npm run doctor says what the bot may not do");
  await noteTrouble(bot, id, "held-back");
}

/** Notes in the record that the hub keeps the requester waiting for more than 20 s: the messages then say so. */
async function noteTrouble(bot: Bot, id: RequestId, trouble: "hub-away" | "held-back"): Promise<void> {
  const request = orNull(await bot.store.read(id));
  if (request?.state !== "granting") return;
  if (bot.clock.now() - grantingSince(request) > TROUBLE_AFTER)
    await commit(bot, request, inTrouble(trouble));
}

const grantingSince = ({ approvals, startsAt, askedAt }: Request): number =>
  Math.max(approvals.at(-1)?.at ?? askedAt, startsAt ?? 0);

/** The replica that deleted the account holds the probe, so it proves the end from its own timer. */
async function proveFromHere(bot: Bot, id: RequestId): Promise<void> {
  try {
    await bot.clock.sleep(PROVE_AFTER, bot.stopping);
    await runStep(bot, id);
  } catch (error) {
    bot.log.debug({ id, err: error }, "the end was not proved from here; the queue's job will");
  } finally {
    bot.probes.delete(id);
  }
}
