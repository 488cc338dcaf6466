/**
 * The only way to change a record: by compare-and-swap. A commit then rings the queues, so that jobs follow.
 */
import type { Bot } from "../bot.ts";
import type { Change, Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import type { Guard, ReadRequest } from "../store/store.ts";
import type { TrailEntry } from "../store/trail.ts";
import { firstTokenUntil, KEEP } from "./messages/wanted.ts";
import type { Decision } from "./state.ts";
import { LIFE, nextDue } from "./states/index.ts";

/**
 * Commits the decision on the newest record; resolves to the record after it. On a conflict the change is
 * applied to the record that won: a person's change may still be right there, and a step's change (`atVersion`)
 * becomes null. Throws Refused, StoreAway.
 */
export async function commit(bot: Bot, read: ReadRequest, decision: Decision): Promise<Request> {
  for (let before: ReadRequest | null = read; before !== null; before = await bot.store.read(read.id)) {
    const { readAt: _, isDrawn: __, ...record } = before;
    const after = decision.change(record);
    if (after === null) return record;
    const next = { ...after, version: bot.word() };
    const guard = guardFor(record, next, decision);
    const result = await bot.store.commit(record, next, entryFor(bot, next, decision), guard);
    if (result === "conflict") continue;
    if (result !== "done") throw new Refused(result, { user: next.requester });
    bot.log.info(
      { id: next.id, by: decision.by },
      `${next.id} ${decision.what}: ${record.state} → ${next.state}`,
    );
    await Promise.all([ringFor(bot, record, next), deleteOnHub(bot, record, next, decision)]);
    return next;
  }
  throw new Refused("unknown-request", { id: read.id });
}

/** The change, unless something was committed since the record was read: then the next run decides anew. */
export const atVersion =
  (read: ReadRequest, change: Change): Change =>
  (newest) =>
    newest.version === read.version ? change(newest) : null;

/** True: something was committed since the record was read. */
export const hasChanged = async (bot: Bot, { id, version }: Request): Promise<boolean> =>
  (await bot.store.readVersion(id)) !== version;

/** Stores a new record. False: there is one already, since Slack delivered the same twice. */
export async function storeNew(bot: Bot, request: Request): Promise<boolean> {
  const entry = entryFor(bot, request, { what: "asked", by: request.askedBy });
  const result = await bot.store.commit(null, request, entry, null);
  if (result === "done") await bot.queue.ring("access", request.id);
  return result === "done";
}

/** The one guard: whatever leads to access is refused under a lockdown, and when its look-ups are too old. */
function guardFor(before: Request, next: Request, { lookedUpAt = 0 }: Decision): Guard | null {
  const leadsToAccess = next.state === "scheduled" || next.state === "granting";
  return leadsToAccess && next.state !== before.state ? { lookedUpAt } : null;
}

/** The fields of the record that each trail entry holds. */
const TRAIL_FIELDS = [
  ...(["state", "requester", "askedBy", "role", "clusterRole", "duration", "granted", "reason"] as const),
  ...(["endsAt", "approvals", "ending", "outcome", "review"] as const),
];

function entryFor(bot: Bot, request: Request, { what, by }: Pick<Decision, "what" | "by">): TrailEntry {
  const facts = Object.fromEntries(TRAIL_FIELDS.map((field) => [field, request[field]]));
  return { id: request.id, at: bot.clock.now(), by, what, ...facts };
}

/** The record is stored: a bell that cannot be rung now is rung by the next sweep. */
async function ringFor(bot: Bot, before: Request, after: Request): Promise<void> {
  const due = nextDue(bot, after);
  const rings: Promise<void>[] = [];
  // KEEP: the state has no messages of its own. Else they wait for the first token.
  if (LIFE[after.state].messages(bot, after) !== KEEP)
    rings.push(bot.queue.ring("messages", after.id, firstTokenUntil(bot, after) - bot.clock.now()));
  if (due !== null) rings.push(bot.queue.ring("access", after.id, due - bot.clock.now()));
  if (before.state === "active" || after.state === "active") rings.push(bot.queue.ring("token", after.id));
  const failed = (await Promise.allSettled(rings)).find(({ status }) => status === "rejected");
  if (failed) bot.log.debug({ id: after.id }, "committed, but the queue could not be rung; the sweep will");
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
