/**
 * The sweep, every 30 s on each replica: it rings what is due, and compares the hub with the records. Its first half
 * needs no Redis: whatever is over by its own annotation goes. The second half trusts only records that were read before
 * the lists, at the version that was read.
 */
import type { Redis } from "ioredis";
import type { Bot } from "../bot.ts";
import type { AccountOnHub, BindingOnHub } from "../hub/hub.ts";
import type { Bell } from "../queue/queue.ts";
import { HOUR, SECOND } from "../request/durations.ts";
import type { RequestId } from "../request/ids.ts";
import { isOpen } from "../request/record.ts";
import { ended, withNewToken } from "../request/transitions.ts";
import { EVERYBODY, type Lockdowns, lockdownFor } from "../store/lockdowns.ts";
import type { ReadRequest } from "../store/store.ts";
import { tellForeignAccess, tellUnrecorded } from "./admin-notices.ts";
import { endOne } from "./chain.ts";
import { runChecks } from "./checks.ts";
import { commit } from "./commit.ts";
import { syncLockdowns } from "./lockdown.ts";
import { nextDue } from "./states.ts";
import { checkEverybody } from "./who-left.ts";

export const SWEEP_EVERY = 30 * SECOND;
const OVERDUE = 30 * SECOND;

/**
 * Runs until the replica stops: before its first job, then every 30 s, and at once when Redis is back. `noteSweep` is
 * told how long each took, ms.
 */
export async function keepSweeping(
  bot: Bot,
  redis: Pick<Redis, "on">,
  noteSweep: (took: number) => void,
): Promise<void> {
  let wake = new AbortController();
  redis.on("ready", () => wake.abort());
  for (let count = 0; !bot.stopping.aborted; count++) {
    wake = new AbortController();
    const began = bot.clock.now();
    await sweep(bot, count % 2 === 0);
    noteSweep(bot.clock.now() - began);
    const signal = AbortSignal.any([bot.stopping, wake.signal]);
    await bot.clock.sleep(SWEEP_EVERY, signal).catch(() => {});
  }
}

/** Each part fails for itself: what is away is told once, and the next sweep does it. */
export async function sweep(bot: Bot, withChecks: boolean): Promise<void> {
  const records = await attempt(bot, "Redis", () => ringDue(bot));
  const onHub = await attempt(bot, "hub", () => readHub(bot));
  if (onHub) await attempt(bot, "hub", () => endOverdue(bot, onHub));
  if (onHub && records) {
    const lockdowns = await attempt(bot, "Redis", () => syncLockdowns(bot, records.values()));
    await attempt(bot, "Redis", () => compare(bot, records, onHub, lockdowns ?? new Map()));
  }
  if (onHub && withChecks) await attempt(bot, "hub", () => runChecks(bot));
  if (onHub) await attempt(bot, "hub", () => bot.hub.renewOwnToken());
  // With many holders it takes minutes: no sweep waits for it.
  if (records) void attempt(bot, "Redis", () => lookHourly(bot));
}

async function attempt<T>(bot: Bot, outside: "Redis" | "hub", work: () => Promise<T>): Promise<T | null> {
  try {
    const result = await work();
    bot.outages.over(outside);
    return result;
  } catch (error) {
    bot.outages.note(error);
    bot.log.debug({ err: error }, "a part of the sweep failed; the next one does it");
    return null;
  }
}

/** Once in 30 s, by whichever replica: what fails is tried again every 5 s already, and that is often enough. */
async function ringOnce(bot: Bot, { id, version }: ReadRequest, due: number, bells: Bell[]): Promise<void> {
  if (!(await bot.store.once(`rung:${id}:${version}:${due}:${bells[0]}`, SWEEP_EVERY))) return;
  for (const bell of bells) await bot.queue.ring(bell, id);
}

/** On one replica: who left Slack or their group without an event, and access that was given past the bot. */
async function lookHourly(bot: Bot): Promise<void> {
  if (!(await bot.store.once("hourly-look", HOUR))) return;
  await checkEverybody(bot);
  await tellForeignAccess(bot);
}

type Records = Map<RequestId, ReadRequest>;

/** Reads all that is unfinished, and rings for what is due and for what is not drawn. */
async function ringDue(bot: Bot): Promise<Records> {
  const records = await bot.store.readAll(await bot.store.unfinished());
  for (const request of records) {
    const due = nextDue(bot, request);
    if (due !== null && due <= bot.clock.now()) await ringOnce(bot, request, due, ["access"]);
    if (!request.isDrawn) await ringOnce(bot, request, 0, ["token", "rest"]);
  }
  return new Map(records.map((request) => [request.id, request]));
}

interface OnHub {
  hubTime: number;
  bindings: BindingOnHub[];
  accounts: AccountOnHub[];
}

async function readHub({ hub }: Bot): Promise<OnHub> {
  const [bindings, accounts] = [await hub.listBindings(), await hub.listAccounts()];
  return { hubTime: bindings.hubTime, bindings: bindings.items, accounts: accounts.items };
}

/** Whatever Redis says: what is over by its own annotation goes, and an end that cannot be read counts as over. */
async function endOverdue({ hub, log }: Bot, { hubTime, bindings, accounts }: OnHub): Promise<void> {
  const uids = new Map(accounts.map(({ id, uid }) => [id, uid]));
  for (const { id, endsAt } of bindings) {
    if (id === null || (endsAt ?? 0) + OVERDUE > hubTime) continue;
    log.info({ id }, "its end on the hub has passed: binding and account go");
    await hub.deleteBinding(id);
    const uid = uids.get(id);
    if (uid !== undefined) await hub.deleteAccount(id, uid);
  }
}

/** Records against what is on the hub, in both directions. */
async function compare(bot: Bot, records: Records, onHub: OnHub, lockdowns: Lockdowns): Promise<void> {
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
