/** What is about to be ended by time, or closed, of a Redis that may be an older copy: the hub is asked first, and the record follows it. */
import { MINUTE, SECOND } from "../../domain/duration.ts";
import { isDoubtful } from "../../domain/epoch.ts";
import type { RequestId } from "../../domain/ids.ts";
import { rowOf } from "../../domain/lifecycle.ts";
import { Refused } from "../../domain/refusal.ts";
import { adoptGrant, isAhead, repairFor, wasDelivered } from "../mend/repair.ts";
import {
  type AccessRequest,
  type GrantObjects,
  isStoreAway,
  type Later,
  type Ports,
  type Recorded,
} from "../ports.ts";

const HUB_WITHIN_MS = 10 * SECOND;
const LISTING_WITHIN_MS = 45 * SECOND;
const AGAIN_MS = MINUTE;
/** What is over waits no longer for a word that it has had seconds ago. */
const LOOK_WITHIN_MS = SECOND;

type Looking = Pick<Ports, "epoch" | "clock">;

/** Whether something may have come to it since Redis was copied; where the hub does not answer, by its last word. Never rejects. */
export async function mayBeOlder(ports: Looking, request: AccessRequest): Promise<boolean> {
  await lookAtEpoch(ports);
  return isDoubtful(request, { before: ports.epoch.before() });
}

/** Whether any record may be; by the hub's last word, likewise. Never rejects. */
export async function mayAnyBeOlder(ports: Looking): Promise<boolean> {
  await lookAtEpoch(ports);
  return ports.epoch.before() > 0;
}

/** Whether hub and Redis answered. Never rejects. */
export async function lookAtEpoch({ epoch, clock }: Looking): Promise<boolean> {
  const looked = new AbortController();
  const no = () => false;
  const tooLong = clock.sleep(LOOK_WITHIN_MS, looked.signal).then(no, no);
  const isKnown = await Promise.race([epoch.look().then(() => true, no), tooLong]);
  looked.abort();
  return isKnown;
}

/** Before it is closed or ended, or its token is: of an older copy what waits may be live since, and a token another by now; its record says so then. Throws what the hub throws. */
export async function followHub(ports: Ports, request: AccessRequest): Promise<AccessRequest> {
  return isDoubtful(request, { before: ports.epoch.before() }) ? asOnHub(ports, request) : request;
}

/**
 * The same before a person does it, of Redis as it is now: what is live has an end to press, and whoever presses waits for
 * no hub that is away. Throws Refused where nobody can say whether it has begun.
 */
export async function followHubIfThere(ports: Ports, request: AccessRequest | null): Promise<void> {
  if (!request) return;
  await lookAtEpoch(ports);
  await followHub(ports, request).catch((error: unknown) => {
    ports.log.warn({ id: request.id, err: error }, "closed without a look at what the hub knows of it");
    if (request.state === "scheduled") throw new Refused({ kind: "stands-unknown" });
  });
}

/**
 * Before what never began is closed by time, which came at `since`: when to try again, where the hub does not answer.
 * Nobody misses anything meanwhile, and should it be live there, closing it would take that away. Where it is live, its
 * record says so now.
 */
export async function unlessOnHub(ports: Ports, request: AccessRequest, since: number): Promise<Later> {
  // More time has nothing of its own there.
  if (request.extends) return undefined;
  try {
    await asOnHub(ports, request);
    return undefined;
  } catch (error) {
    if (isStoreAway(error)) throw error;
    // Its holder asks for the same time by now: it is closed as any other.
    if (error instanceof Refused) return undefined;
    const now = ports.clock.now();
    if (now < since + AGAIN_MS)
      ports.log.warn({ id: request.id, err: error }, "its time is over; the hub is asked first what stands");
    return { again: now + AGAIN_MS };
  }
}

interface Followed {
  /** Of all where it is left out. */
  id?: RequestId;
  /** Also what has no record. */
  unknown?: boolean;
}

/** Before much, or an operator's word, ends: each record says what the hub knows of it. False where that does not answer. Throws StoreDown, StoreUnsure. */
export async function followOnHub(ports: Ports, { id, unknown = false }: Followed = {}): Promise<boolean> {
  const { grants, requests, epoch, log } = ports;
  // Of a copy that is behind its own alarm tells, and not each grant.
  await epoch.look().catch(() => null);
  const within = AbortSignal.timeout(LISTING_WITHIN_MS);
  const standing = await (id ? grants.standingOf(id, within) : grants.list(within)).catch(
    (error: unknown) => {
      log.warn({ id, err: error }, "ended without a look at what the hub knows");
      return null;
    },
  );
  const records = await requests.getMany((standing ?? []).map(({ key }) => key.id));
  const ahead = (standing ?? []).filter((on, i) => {
    const record = records[i] ?? null;
    return (unknown || record !== null) && knowsMore(ports, record, on);
  });
  await Promise.all(ahead.map((on) => adoptLocked(ports, on)));
  return standing !== null;
}

/** Locked down, its record is not given the time that it lacks, and ends without; what it shows goes with it. */
const adoptLocked = (ports: Ports, on: GrantObjects): Promise<void> =>
  adoptGrant(ports, on).catch(async (error: unknown) => {
    if (!(error instanceof Refused) || error.refusal.kind !== "locked-down") throw error;
    await adoptGrant(ports, on, { asLong: true });
  });

/** Before all of much ends: of an older copy of Redis more may stand than its records grant. False where the hub does not say. Throws StoreDown, StoreUnsure. */
export const followAll = async (ports: Ports): Promise<boolean> =>
  !(await mayAnyBeOlder(ports)) || followOnHub(ports, { unknown: true });

/** The record, once it says what the hub knows of it. Needs no lease: whatever is done meanwhile wins. Throws what the hub throws. */
export async function asOnHub(ports: Ports, request: AccessRequest): Promise<AccessRequest> {
  const on = await aheadOnHub(ports, request);
  if (!on) return request;
  await adoptGrant(ports, on);
  return (await ports.requests.get(request.id)) ?? request;
}

/** What stands of it and is more than its record knows. Throws what the hub throws. */
export async function aheadOnHub(ports: Ports, request: AccessRequest): Promise<GrantObjects | undefined> {
  const standing = await standingOf(ports, request, AbortSignal.timeout(HUB_WITHIN_MS));
  const ahead = standing.filter((on) => knowsMore(ports, request, on));
  return ahead.sort((a, b) => b.key.generation - a.key.generation)[0];
}

/** By its own names where it was made; whether another role or generation of it stands, only a list tells. */
async function standingOf({ grants }: Ports, request: AccessRequest, signal: AbortSignal) {
  const own = "grant" in request && request.grant ? await grants.find(request, request.grant, signal) : null;
  return own?.account && own.binding ? [own] : grants.standingOf(request.id, signal);
}

/** Whether what stands says more than its record. */
function knowsMore(ports: Ports, record: Recorded, on: GrantObjects): boolean {
  if (repairFor(ports, record, on, { ahead: isAhead(ports, record, on) }) === "adopt") return true;
  if (record === null || record === "unreadable") return false;
  if (!isDoubtful(record, { before: ports.epoch.before() })) return false;
  // What is being set up has no token yet, for all that its record knows.
  return rowOf(record).onHub === "may-stand" && record.generation === on.key.generation && wasDelivered(on);
}
