/** Carries out what is ended at once: bindings first and in parallel, then each record, then one message that counts what is confirmed. scheduled → ended; approved | delivering | active → ending */
import { MINUTE, SECOND } from "../../domain/duration.ts";
import { isDoubtful } from "../../domain/epoch.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { Lockdown } from "../../domain/lockdown.ts";
import { countedBy, endBy, isEndedBy, isLockdown, type MassEnd } from "../../domain/mass-end.ts";
import { isOperator } from "../../domain/operator.ts";
import { type AccessRequest, isGranted, isRevocable } from "../../domain/request.ts";
import { endingOrLate } from "../../domain/transitions.ts";
import { beginsAt } from "../../domain/window.ts";
import { withdrawAllOf } from "../allowances/withdraw-allowance.ts";
import {
  type GrantObjects,
  type Held,
  isStoreAway,
  type Ports,
  PostRefused,
  PostUnanswered,
  type Recorded,
} from "../ports.ts";
import { followAll } from "../support/as-on-hub.ts";
import { commit } from "../support/commit.ts";
import { settleAll } from "../support/settle-all.ts";
import { stripBindings } from "../support/strip-bindings.ts";
import { isAnnounced, tellMassEnd } from "../support/tell-mass-end.ts";

const BATCH = 200;
/** Since the last binding went: records wait no longer for a hub that is slow. */
const STALLED_MS = 2 * SECOND;
/** Bindings wait no longer for a hub that is slow to say what stands. */
const FOLLOWED_WITHIN_MS = 2 * SECOND;
/** That it is over waits so long for the word that it began. */
const UNTOLD_MS = 10 * MINUTE;

/** Stored, it is carried out by whichever replica lives. Throws StoreDown, StoreUnsure. */
export async function beginMassEnd(ports: Ports, one: MassEnd): Promise<void> {
  await ports.massEnds.begin(one);
  void goOn(ports, one.id);
}

/** One step of each that is open. Throws StoreDown. */
export async function carryOutMassEnds(ports: Ports): Promise<void> {
  await Promise.all((await ports.massEnds.open()).map(({ id }) => goOn(ports, id)));
}

/** One replica at a time. Never rejects: the next look tries again. */
async function goOn(ports: Ports, id: string): Promise<void> {
  const work = async ({ signal }: Held) => {
    const one = (await ports.massEnds.open()).find((open) => open.id === id);
    if (one) await step(ports, one, signal);
  };
  await ports.lease.hold(`mass-end:${id}`, work).catch((error: unknown) => {
    if (!ports.stopping.aborted) ports.log.warn({ id, err: error }, "not everything is ended yet; trying on");
  });
}

async function step(ports: Ports, found: MassEnd, signal: AbortSignal): Promise<void> {
  if (found.unlocked) return tellUnlocked(ports, found, found.unlocked);
  if (isLockdown(found) && !found.stripped) await followInTime(ports, found);
  const one = found.grants ? found : await gathered(ports, found, signal);
  const [said, stripped] = await settleAll([announce(ports, one), endAll(ports, one)]);
  const known = { ...one, ...said, stripped, ...(await counted(ports, one)) };
  // Whoever took over may have finished it.
  signal.throwIfAborted();
  await ports.massEnds.save(known);
  const { isTold, message } = await tellMassEnd(ports, known);
  if (isTold && known.stripped && known.left.length === 0) await ports.massEnds.close(one.id);
  else await ports.massEnds.save({ ...known, ...message });
}

/** The channel hears of it whatever keeps the hub from answering. */
async function announce(ports: Ports, one: MassEnd): Promise<Pick<MassEnd, "message" | "posts">> {
  if (one.message) return {};
  const { message = {} } = await tellMassEnd(ports, one);
  await ports.massEnds.save({ ...one, ...message });
  return message;
}

/** Whether no binding is left. */
async function endAll(ports: Ports, one: MassEnd): Promise<boolean> {
  const { promise: stalled, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, STALLED_MS).unref();
  const stripping = one.stripped || strip(ports, one, () => timer.refresh());
  await Promise.race([stripping, stalled]);
  clearTimeout(timer);
  await inBatches(one.left, (ids) => endRecords(ports, one, ids));
  return stripping;
}

/** Told once, as far as Slack lets it, and after what it lifts. Throws when it may be told later. */
async function tellUnlocked(ports: Ports, one: MassEnd, lockdown: Lockdown): Promise<void> {
  const isLifted = (open: MassEnd) => isLockdown(open) && open.at === lockdown.at;
  const lifted = (await ports.massEnds.open()).find(isLifted);
  if (lifted && !isAnnounced(lifted) && ports.clock.now() < one.at + UNTOLD_MS) return;
  await ports.massEndNotifier.unlocked(lockdown, one).catch((error: unknown) => {
    if (!(error instanceof PostRefused || error instanceof PostUnanswered)) throw error;
  });
  await ports.massEnds.close(one.id);
}

/** Without its binding nothing tells any more what its record does not know. Never rejects. */
async function followInTime(ports: Ports, { id }: MassEnd): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, FOLLOWED_WITHIN_MS).unref();
  const following = followAll(ports).then(
    () => {},
    (error: unknown) => ports.log.warn({ id, err: error }, "ended without a look at what the hub knows"),
  );
  await Promise.race([following, late]);
  clearTimeout(timer);
}

/** Also what is ending already: its token may still work. */
async function gathered(ports: Ports, one: MassEnd, signal: AbortSignal): Promise<MassEnd> {
  if (one.scope.what === "person" && !isOperator(one.by))
    await withdrawAllOf(ports, one.scope.person, { by: one.by, qualified: one.qualified });
  const [grants, since]: [RequestId[], Set<RequestId>] = [[], new Set()];
  for await (const batch of ports.requests.unsettled())
    for (const r of batch.filter((found) => isEndedBy(one.scope, found))) {
      grants.push(r.id);
      if (isSince(r, one.at)) since.add(r.id);
    }
  // Looked at last: it may have been lifted while they were looked up.
  const isLifted = isLockdown(one) && (await ports.lockdown.standing())?.at !== one.at;
  const meant = isLifted ? grants.filter((id) => !since.has(id)) : grants;
  const known = { ...one, grants: meant, left: meant };
  signal.throwIfAborted();
  await ports.massEnds.save(known);
  return known;
}

/** Clocks of replicas differ. */
const CLOCKS_MS = 5 * SECOND;

/** While it stood nothing began: that did since it was lifted. */
const isSince = (r: AccessRequest, at: number): boolean => beginsAt(r) > at + CLOCKS_MS;

/** Never rejects. Of a lockdown also what no record knows. */
async function strip(ports: Ports, one: MassEnd, onRemoved: () => void): Promise<boolean> {
  const { id, at, scope, grants } = one;
  const whichAreOver = async (standing: readonly GrantObjects[]) => {
    // What was granted since it was lifted stays.
    const isAll = scope.what === "everything" && (await ports.lockdown.standing())?.at === at;
    const ids = new Set([...(grants ?? []), ...(isAll ? [] : await unknownOf(ports, one, standing))]);
    return ({ key }: GrantObjects) => isAll || ids.has(key.id);
  };
  try {
    return await stripBindings(ports, whichAreOver, { stopping: ports.stopping, onRemoved });
  } catch (error) {
    const away = isStoreAway(error) ? "Redis" : "the hub";
    ports.log.error({ id, err: error }, `${away} does not answer: no binding is taken away yet; trying on`);
    return false;
  }
}

/** Of those whose record cannot be read, or did not say that they stand, the hub alone says whose they are. */
async function unknownOf(
  { requests }: Ports,
  { scope, at, grants }: MassEnd,
  standing: readonly GrantObjects[],
): Promise<RequestId[]> {
  const read = new Set(grants);
  const isMeant = ({ key: { id, role }, account }: GrantObjects) => {
    if (read.has(id) || !account || account.createdAt > at + CLOCKS_MS) return false;
    if (scope.what === "role") return role === scope.role;
    return scope.what === "everything" || account.annotations?.requester.id === scope.person;
  };
  const ids = [...new Set(standing.filter(isMeant).map(({ key }) => key.id))];
  const found = await requests.getMany(ids);
  const isDecidedSince = (r: Recorded = null) =>
    r !== null && r !== "unreadable" && isGranted(r) && r.decision.at > at;
  return ids.filter((_, i) => !isDecidedSince(found[i]));
}

async function endRecords(ports: Ports, one: MassEnd, ids: readonly RequestId[]): Promise<void> {
  const isUnknown = (r: AccessRequest) =>
    r.state === "scheduled" && !one.stripped && isDoubtful(r, { before: ports.epoch.before() });
  // Of an older copy of Redis it may have begun: that it never did is said when the hub has answered.
  const live = (await known(ports, ids)).filter((r) => isRevocable(r) && !isUnknown(r));
  const end = (r: AccessRequest) =>
    isRevocable(r) && isEndedBy(one.scope, r) ? endingOrLate(r, endBy(one, ports.clock.now())) : null;
  await Promise.all(live.map(({ id }) => commit(ports, id, end)));
}

async function counted({ requests }: Ports, one: MassEnd): Promise<ReturnType<typeof countedBy>> {
  const found: Recorded[] = [];
  await inBatches(one.left, async (ids) => void found.push(...(await requests.getMany(ids))));
  return countedBy(one, found);
}

/** What cannot be read, the hub alone ends. */
const known = async ({ requests }: Ports, ids: readonly RequestId[]): Promise<AccessRequest[]> =>
  (await requests.getMany(ids)).filter((r) => r !== null && r !== "unreadable");

async function inBatches<T>(all: readonly T[], work: (some: readonly T[]) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += BATCH) await work(all.slice(at, at + BATCH));
}
