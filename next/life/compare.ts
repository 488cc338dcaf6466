/**
 * The records against what is on the hub. Only records that were read before the lists are trusted, at the version that
 * was read: so an older copy of Redis revives nothing, and what somebody changed on the hub by hand ends.
 */
import type { Bot } from "../bot.ts";
import type { AccountOnHub, BindingOnHub } from "../hub/hub.ts";
import { SECOND } from "../request/durations.ts";
import type { RequestId } from "../request/ids.ts";
import { isOpen } from "../request/record.ts";
import { ended, withNewToken } from "../request/transitions.ts";
import { EVERYBODY, type Lockdowns, lockdownFor } from "../store/lockdowns.ts";
import type { ReadRequest } from "../store/store.ts";
import { tellUnrecorded } from "./admin-notices.ts";
import { endOne } from "./chain.ts";
import { commit } from "./commit.ts";

/** What is unfinished, as it was read before the lists. */
export type Records = Map<RequestId, ReadRequest>;

/** From then on the hub's annotation ends what its record did not. */
export const OVERDUE = 30 * SECOND;

/** All that bears this instance's labels, and the hub's own time. */
export interface OnHub {
  hubTime: number;
  bindings: BindingOnHub[];
  accounts: AccountOnHub[];
}

/** In both directions: what the hub has, and what the records say. */
export async function compareWithHub(
  bot: Bot,
  records: Records,
  onHub: OnHub,
  lockdowns: Lockdowns,
): Promise<void> {
  const stillOver = onHub.bindings.filter(({ endsAt }) => (endsAt ?? 0) + OVERDUE > onHub.hubTime);
  const unrecorded: BindingOnHub[] = [];
  for (const binding of stillOver) {
    if (binding.id === null) continue;
    const record = records.get(binding.id) ?? (await bot.store.read(binding.id));
    if (record === null && isLockedOut(onHub, lockdowns, binding.id)) await bot.hub.deleteBinding(binding.id);
    else if (record === null) unrecorded.push(binding);
    else await compareBinding(bot, record, binding);
  }
  await compareRecords(bot, records, onHub);
  for (const account of onHub.accounts) await compareAccount(bot, records, account, onHub.hubTime);
  await tellUnrecorded(bot, unrecorded);
}

/** Of access without a record its account tells whose it is. */
function isLockedOut({ accounts }: OnHub, lockdowns: Lockdowns, id: RequestId): boolean {
  const requester = accounts.find((account) => account.id === id)?.requester;
  if (requester) return lockdownFor(lockdowns, requester) !== null;
  return lockdowns.get(EVERYBODY)?.locked ?? false;
}

/** A binding that the record does not allow goes; one that an older copy of the record knows nothing of ends it. */
async function compareBinding(bot: Bot, record: ReadRequest, binding: BindingOnHub): Promise<void> {
  if (record.state === "closed" || binding.account !== record.account)
    return bot.hub.deleteBinding(record.id);
  if (record.state === "asked" || record.state === "waiting" || record.state === "scheduled")
    await endAtVersion(bot, record, "restored");
  const { clusterRole, endsAt, isWhole } = binding;
  const isAltered = !isWhole || clusterRole !== record.clusterRole || endsAt !== record.endsAt;
  if (record.state === "active" && isAltered) await endAtVersion(bot, record, "altered");
}

/** Without its account nothing was granted; without its binding an active one was changed by hand. */
async function compareRecords(bot: Bot, records: Records, { accounts, bindings }: OnHub): Promise<void> {
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

/** Its own step ends it, also when the sweep was faster on the hub. */
const isTimeUp = ({ clock }: Bot, { state, endsAt }: ReadRequest): boolean =>
  (state === "granting" || state === "active") && (endsAt ?? 0) <= clock.now();

/** Karpor was upgraded: the key that signs tokens is another one, and every token of before is dead. */
function isSignedByOldKey({ hub }: Bot, { state, token }: ReadRequest): boolean {
  const key = hub.signingKey();
  return state === "active" && key !== null && token.signingKey !== null && token.signingKey !== key;
}

async function renewToken(bot: Bot, record: ReadRequest): Promise<void> {
  const key = bot.hub.signingKey();
  await commit(bot, record, {
    ...{ what: "new token: Karpor has a new signing key", by: null },
    change: (newest) => (newest.version === record.version ? withNewToken(newest, "new-key", key) : null),
  });
}

/** An account goes when its request is over, or when nobody knows of it and its time has passed. */
async function compareAccount(
  bot: Bot,
  records: Records,
  account: AccountOnHub,
  hubTime: number,
): Promise<void> {
  const { id, uid, until } = account;
  if (id === null || records.get(id)?.account === uid) return;
  const record = await bot.store.read(id);
  const isOver = record === null ? (until ?? 0) < hubTime : !isOpen(record);
  if (isOver) await bot.hub.deleteAccount(id, uid);
}

/** Only at the version that was read before the lists: what changed since is for the next sweep. */
async function endAtVersion(bot: Bot, read: ReadRequest, cause: "restored" | "altered"): Promise<void> {
  await commit(bot, read, {
    ...{ what: cause, by: null },
    change: (newest) => {
      if (newest.version !== read.version) return null;
      const maybeBound = newest.state === "granting" || newest.state === "active" || cause === "restored";
      return maybeBound ? ended(newest, { cause }, bot.clock.now()) : null;
    },
  });
}

/** Killed between the note in the first record and the end of the others: the note is carried out here. */
async function completeChainEnd(bot: Bot, record: ReadRequest): Promise<void> {
  const first = record.follows && (await bot.store.read(record.follows));
  if (first?.chainEnd) await endOne(bot, record, first.chainEnd, null);
}
