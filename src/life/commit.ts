/**
 * Writes a change to a record, by compare-and-swap: every state and action changes a record through this file. After the
 * write it schedules the jobs that follow from it, and deletes on the hub what ended.
 */
import type { Bot } from "../bot.ts";
import { EVERYBODY } from "../policy/lockdown.ts";
import type { Change, Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { UNREADABLE, type Unreadable } from "../store/reading.ts";
import type { Guard } from "../store/records.ts";
import type { ReadRequest } from "../store/store.ts";
import { drawMessagesFrom } from "./messages/wanted.ts";
import type { Decision } from "./state.ts";
import { nextDue } from "./states/index.ts";
import { entryFor, withNames } from "./trail/entries.ts";

/**
 * Commits the decision, and returns the record after it; the record as it is when there is nothing to change. On a
 * conflict the change is tried again on the newer record: a person's change may still be right there, a step's change
 * (`atVersion`) becomes null. Throws Refused (the change does not allow it, a lockdown, look-ups too old, no record that
 * can be read), StoreAway. A hub or queue that is away throws nothing: the next sweep does that part.
 */
export async function commit(bot: Bot, read: ReadRequest, decision: Decision): Promise<Request> {
  let before: ReadRequest | null | Unreadable = read;
  for (; before !== null && before !== UNREADABLE; before = await bot.store.read(read.id)) {
    const { readAt: _, isDrawn: __, ...record }: ReadRequest = before;
    const after = decision.change(record);
    if (after === null) return record;
    const next = withNames(bot, { ...after, version: bot.word() }, decision.by);
    const guard = guardFor(record, next, decision);
    const committed = await bot.store.commit(record, next, entryFor(bot, record, next, decision), guard);
    if (committed.result === "conflict") continue;
    if (committed.result === "locked-down") throw lockedDown(committed.who);
    if (committed.result === "stale-lookup") throw new Refused("stale-lookup");
    await Promise.all([scheduleJobs(bot, record, next), deleteOnHub(bot, record, next, decision)]);
    return next;
  }
  throw new Refused(before === null ? "unknown-request" : "unreadable-request", { id: read.id });
}

/** Returns `change`, limited to the version that was read: on any other version it does nothing, and the next run decides. */
export const atVersion =
  (read: ReadRequest, change: Change): Change =>
  (newest) =>
    newest.version === read.version ? change(newest) : null;

/** Returns whether something was committed since the record was read. Throws StoreAway. */
export const hasChanged = async (bot: Bot, { id, version }: Request): Promise<boolean> =>
  (await bot.store.readVersion(id)) !== version;

/**
 * Stores a new record and schedules its first step. Returns false when the record exists: Slack delivered the same twice.
 * Throws StoreAway.
 */
export async function storeNew(bot: Bot, request: Request): Promise<boolean> {
  const named = withNames(bot, request, null);
  const entry = entryFor(bot, named, named, { event: "request.asked", by: request.askedBy });
  const { result } = await bot.store.commit(null, named, entry, null);
  if (result === "done") await bot.queue.schedule("access", request.id);
  return result === "done";
}

/**
 * Returns what the script in Redis checks before the write. A change that adds an approval or leads to access is refused
 * while its requester, asker or an approver is locked down, and when its look-ups are too old. Null: any other change.
 */
function guardFor(before: Request, next: Request, { lookedUpAt = 0 }: Decision): Guard | null {
  const leadsToAccess = next.state === "scheduled" || next.state === "granting";
  const isNew = leadsToAccess && next.state !== before.state;
  const known = new Set(before.approvals.map(({ by, at }) => `${by} ${at}`));
  if (!isNew && next.approvals.every(({ by, at }) => known.has(`${by} ${at}`))) return null;
  const approvers = next.approvals.flatMap(({ by }) => by ?? []);
  return { lookedUpAt, people: [...new Set([next.requester, next.askedBy, ...approvers])] };
}

const lockedDown = (who: string): Refused =>
  new Refused("locked-down", who === EVERYBODY ? {} : { user: who });

/** Runs after the record is stored: the next sweep schedules a job that cannot be scheduled now. */
async function scheduleJobs(bot: Bot, before: Request, after: Request): Promise<void> {
  const due = nextDue(bot, after);
  const jobs: Promise<void>[] = [];
  jobs.push(bot.queue.schedule("messages", after.id, drawMessagesFrom(bot, after) - bot.clock.now()));
  if (due !== null) jobs.push(bot.queue.schedule("access", after.id, due - bot.clock.now()));
  if (before.state === "active" || after.state === "active") jobs.push(bot.queue.schedule("token", after.id));
  const failed = (await Promise.allSettled(jobs)).find(({ status }) => status === "rejected");
  if (failed)
    bot.log.debug({ id: after.id }, "committed, but its jobs could not be scheduled; the sweep will");
}

/**
 * When a person ends access, the binding is deleted here, before any job runs. When a request closes that
 * never had access, its account is deleted here. The next step or sweep does both again, so a hub that is
 * away loses nothing.
 */
async function deleteOnHub(bot: Bot, before: Request, after: Request, { by }: Decision): Promise<void> {
  const { id, account } = after;
  try {
    if (after.state === "ending" && before.state !== "ending" && by !== null) await bot.hub.deleteBinding(id);
    if (after.state === "closed" && before.state !== "ending") await bot.hub.deleteAccount(id, account);
  } catch (error) {
    bot.log.debug({ id, err: error }, "not deleted at once; the next step or sweep deletes it");
  }
}
