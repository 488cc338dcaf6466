/**
 * Compares all open records with the hub's bindings and accounts, in each sweep. It deletes objects on the hub that no
 * record allows, and ends records whose objects are gone or changed. So an older copy of Redis revives no access. A record
 * is changed only at the version that was read before the hub's lists.
 */
import type { Bot } from "../../bot.ts";
import type { AccountOnHub, BindingOnHub } from "../../hub/hub.ts";
import { EVERYBODY, type Lockdowns, lockdownFor } from "../../policy/lockdown.ts";
import { SECOND } from "../../request/durations.ts";
import type { TrailEvent } from "../../request/events.ts";
import type { RequestId, UserId } from "../../request/ids.ts";
import { type Change, isOpen } from "../../request/record.ts";
import { endOrClose, withNewToken } from "../../request/transitions.ts";
import { orNull, UNREADABLE, type Unreadable } from "../../store/reading.ts";
import { endOne } from "../chain.ts";
import { atVersion, commit } from "../commit.ts";
import { outlineFor, type RecordOutline, type Records } from "../state.ts";
import { tellUnreadable, tellUnrecorded } from "./admin-notices.ts";

/** How long after its end on the hub the sweep deletes a binding, ms, whatever its record says. */
export const OVERDUE = 30 * SECOND;

/** All bindings and accounts with this instance's labels, and the hub's own time, ms since the epoch. */
export interface HubObjects {
  hubTime: number;
  bindings: BindingOnHub[];
  accounts: AccountOnHub[];
}

/**
 * Compares each binding, then each record, then each account, and tells the admins of access whose record is gone or
 * cannot be read. Throws StoreAway, HubError, Refused: the next sweep goes on.
 */
export async function compareWithHub(
  bot: Bot,
  records: Records,
  onHub: HubObjects,
  lockdowns: Lockdowns,
): Promise<void> {
  const notOverdue = onHub.bindings.filter(({ endsAt }) => (endsAt ?? 0) + OVERDUE > onHub.hubTime);
  const unrecorded: BindingOnHub[] = [];
  // The ends on the hub by id: that end holds when the record cannot be read.
  const unreadable = new Map<RequestId, number | null>();
  const requesters = new Map(onHub.accounts.map(({ id, requester }) => [id, requester]));
  for (const binding of notOverdue) {
    if (binding.id === null) continue;
    // A lockdown ends it whatever Redis says.
    if (isLockedOut(lockdowns, requesters.get(binding.id))) {
      await bot.hub.deleteBinding(binding.id);
      continue;
    }
    const record = records.get(binding.id) ?? (await bot.store.read(binding.id));
    if (record === UNREADABLE) unreadable.set(binding.id, binding.endsAt);
    else if (record === null) unrecorded.push(binding);
    else await compareBinding(bot, "readAt" in record ? outlineFor(record) : record, binding);
  }
  await compareRecords(bot, records, onHub);
  for (const account of onHub.accounts) {
    const { id, until } = account;
    const found = await compareAccount(bot, records, account, onHub.hubTime);
    if (id !== null && found === UNREADABLE && !unreadable.has(id)) unreadable.set(id, until);
  }
  await tellUnrecorded(bot, unrecorded);
  await tellUnreadable(bot, unreadable);
}

/** Returns whether a lockdown concerns the requester whom the account on the hub names. */
const isLockedOut = (lockdowns: Lockdowns, requester: UserId | null | undefined): boolean =>
  requester ? lockdownFor(lockdowns, requester) !== null : lockdowns.has(EVERYBODY);

/**
 * Deletes a binding that the record does not allow. A record that is not granted, though its binding exists,
 * is an older copy: it ends. So does an active one whose binding was altered.
 */
async function compareBinding(bot: Bot, record: RecordOutline, binding: BindingOnHub): Promise<void> {
  if (record.state === "closed" || binding.account !== record.account)
    return bot.hub.deleteBinding(record.id);
  if (record.state === "asked" || record.state === "waiting" || record.state === "scheduled")
    await endAtVersion(bot, record, "restored");
  const { clusterRole, endsAt, isWhole } = binding;
  const isAltered = !isWhole || clusterRole !== record.clusterRole || endsAt !== record.endsAt;
  if (record.state === "active" && isAltered) await endAtVersion(bot, record, "altered");
}

/**
 * A record without its account is an older copy; an active one without its binding was changed by hand. Both
 * end.
 */
async function compareRecords(bot: Bot, records: Records, { accounts, bindings }: HubObjects): Promise<void> {
  const uids = new Set(accounts.map(({ uid }) => uid));
  const bound = new Set(bindings.map(({ id }) => id));
  for (const record of records.values()) {
    if (record.state === "ending" || record.state === "closed" || isTimeUp(bot, record)) continue;
    if (!uids.has(record.account)) await endAtVersion(bot, record, "restored");
    else if (record.state === "active" && !bound.has(record.id)) await endAtVersion(bot, record, "altered");
    else if (isSignedByOldKey(bot, record)) await renewToken(bot, record);
    else if (record.follows !== null) await completeChainEnd(bot, record);
  }
}

/** Returns whether its time is up: its own step then ends it, even when the sweep already deleted its binding. */
const isTimeUp = ({ clock }: Bot, { state, endsAt }: RecordOutline): boolean =>
  (state === "granting" || state === "active") && (endsAt ?? 0) <= clock.now();

/** Returns whether Karpor signs with another key now, as after an upgrade: the request's token is dead then. */
function isSignedByOldKey({ hub }: Bot, { state, token }: RecordOutline): boolean {
  const key = hub.signingKey();
  return state === "active" && key !== null && token.signingKey !== null && token.signingKey !== key;
}

async function renewToken(bot: Bot, record: RecordOutline): Promise<void> {
  const key = bot.hub.signingKey();
  await commitAtVersion(bot, record, "token.renewed", (newest) => withNewToken(newest, "new-key", key));
}

/**
 * Deletes an account whose request is closed, or whose time has passed without a record that can be read. An open request
 * that was missing from the list of unfinished ones is put back on it. Returns whether the record cannot be read.
 */
async function compareAccount(
  bot: Bot,
  records: Records,
  account: AccountOnHub,
  hubTime: number,
): Promise<Unreadable | null> {
  const { id, uid, until } = account;
  if (id === null || records.get(id)?.account === uid) return null;
  const record = await bot.store.read(id);
  const isKnown = record !== null && record !== UNREADABLE;
  const isOver = isKnown ? !isOpen(record) : (until ?? 0) < hubTime;
  if (isOver) await bot.hub.deleteAccount(id, uid);
  else if (isKnown) await bot.store.keepUnfinished(id);
  return record === UNREADABLE && !isOver ? UNREADABLE : null;
}

const endAtVersion = (bot: Bot, record: RecordOutline, cause: "restored" | "altered"): Promise<void> =>
  commitAtVersion(bot, record, "request.ended", (newest) => endOrClose(newest, { cause }, bot.clock.now()));

/** Changes the record only at the version that was read before the lists; the next sweep compares a newer one. */
async function commitAtVersion(
  bot: Bot,
  { id, version }: RecordOutline,
  event: TrailEvent,
  change: Change,
): Promise<void> {
  const read = orNull(await bot.store.read(id));
  if (read?.version !== version) return;
  await commit(bot, read, { event, by: null, change: atVersion(read, change) });
}

/** Ends a request whose chain was ended, when a process died before it came to this one. */
async function completeChainEnd(bot: Bot, { id, follows }: RecordOutline): Promise<void> {
  const first = follows && orNull(await bot.store.read(follows));
  const record = first?.chainEnd ? orNull(await bot.store.read(id)) : null;
  if (record && first?.chainEnd) await endOne(bot, record, first.chainEnd);
}
