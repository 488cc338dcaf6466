/** Ends the requests that a lockdown concerns: after it was set, and in each sweep while it holds. */
import type { Bot } from "../../bot.ts";
import { type Lockdown, type Lockdowns, lockdownFor } from "../../policy/lockdown.ts";
import { Actor, type UserId } from "../../request/ids.ts";
import { isOpen, mayHoldAccess, type Request } from "../../request/record.ts";
import { GRANTED } from "../../store/indexes.ts";
import { orNull } from "../../store/reading.ts";
import type { ReadRequest } from "../../store/store.ts";
import { endEach, endOne } from "../chain.ts";
import { outlineFor, type RecordOutline } from "../state.ts";
import { readLockdowns } from "./read.ts";

const EVERY_REQUEST = 10_000;

/** Returns the granted requests that this person approved: a thief may have done it in their name. Throws StoreAway. */
export async function accessApprovedBy(bot: Bot, user: UserId): Promise<ReadRequest[]> {
  const granted = await bot.store.page(GRANTED, { count: EVERY_REQUEST });
  return granted.filter(
    ({ state, approvals }) => state !== "ending" && approvals.some(({ by }) => by === user),
  );
}

/** Enforces the lockdowns that hold now on all open requests. Throws Refused, StoreAway. */
export async function enforceNow(bot: Bot): Promise<void> {
  const records = await bot.store.readAll(await bot.store.unfinished());
  await enforceLockdowns(bot, await readLockdowns(bot), records.map(outlineFor));
}

/**
 * Ends the access and closes the open requests of each requester who is locked out. What somebody locked out by name asked
 * for or approved ends too, if it isn't active yet, or if they did it after the lockdown. So no approval of a thief counts
 * again, neither after an unlock nor from an older Redis. Throws the first error once it tried all: Refused, StoreAway.
 */
export async function enforceLockdowns(
  bot: Bot,
  lockdowns: Lockdowns,
  records: Iterable<RecordOutline>,
): Promise<void> {
  const concerned = [...records].filter((record) => isConcerned(lockdowns, record));
  await endEach(concerned, (record) => end(bot, lockdowns, record));
}

function isConcerned(lockdowns: Lockdowns, record: RecordOutline): boolean {
  const { state, requester, usedPower } = record;
  if (!isOpen(record) || state === "ending") return false;
  if (lockdownFor(lockdowns, requester)) return true;
  return usedPower.some(({ by, at }) => {
    const lockdown = lockdowns.get(by);
    // Nobody knows when a lockdown began that can't be read.
    return lockdown && (state !== "active" || (lockdown.by !== "" && at >= lockdown.at));
  });
}

async function end(bot: Bot, lockdowns: Lockdowns, { id }: RecordOutline): Promise<void> {
  const request = orNull(await bot.store.read(id));
  if (!request) return;
  const note = noteFor(request, lockdownFor(lockdowns, request.requester));
  // Without the lockdown's words: the holder may be the thief.
  await endOne(bot, request, { cause: "lockdown", words: "", at: bot.clock.now(), ...note });
}

/** Returns who ended it, or why it closes. `lockdown`: of the requester, or of everybody. */
function noteFor(request: Request, lockdown: Lockdown | null) {
  const { role, requester: user } = request;
  if (!lockdown) return { by: null, refusal: { code: "approval-gone", data: { role } } } as const;
  if (mayHoldAccess(request)) return { by: Actor.safeParse(lockdown.by).data ?? null };
  return { by: null, refusal: { code: "locked-down", data: { user } } } as const;
}
