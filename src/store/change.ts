/** Changing records: each function lands whole in one Lua call, or changes nothing. */

import { transition } from "../domain/audit.ts";
import { BACKGROUND_MS } from "../domain/background.ts";
import { holdsGlass } from "../domain/break-glass.ts";
import { DAY, HOUR } from "../domain/duration.ts";
import { isLasting } from "../domain/epoch.ts";
import type { RequestId } from "../domain/ids.ts";
import { isFinal, leadsToAccess } from "../domain/lifecycle.ts";
import { isSettled } from "../domain/messages.ts";
import type { Limits } from "../domain/policy-rule.ts";
import { type Refusal, Refused } from "../domain/refusal.ts";
import type { AccessRequest } from "../domain/request.ts";
import { claimsWindow, latestEnd, windowOf, windowTaken } from "../domain/window.ts";
import { type Change, type In, type Made, Unreadable, type Updated } from "../flow/ports.ts";
import { chained, type Link, linkIn, linkText } from "./chain.ts";
import { reading, writing } from "./failures.ts";
import { lockedDown } from "./lockdown.ts";
import { get } from "./look.ts";
import { read, type Unknowns, write } from "./record.ts";
import type { Store } from "./store.ts";

const KEEP_TRIGGER_MS = HOUR;
const KEEP_SETTLED_MS = 90 * DAY;
const KEEP_RESERVED_MS = HOUR;

/** Throws Unreadable, Refused(locked-down). */
export async function make(
  store: Store,
  request: In<"requested">,
  triggerId: string,
  limits: Limits = {},
): Promise<Made> {
  const keys = [...keysOf(store, request), store.keys.trigger(triggerId)];
  const { args, entry } = birth(store, request);
  const since = request.requestedAt - HOUR;
  const { grantsPerPerson = 0, requestsPerHour = 0 } = limits;
  const counting = [store.keys.request(""), grantsPerPerson, requestsPerHour, since, request.extends ? 1 : 0];
  const answer = await writing(store.redis, () =>
    store.redis.makeRequest(...keys, ...args, KEEP_TRIGGER_MS, ...counting),
  );
  const [taken, made] = answer;
  if (taken === "lockdown") throw lockedDown(made);
  if (taken === "grants") return { made: false, over: "grants" };
  if (taken === "requests") return { made: false, over: "requests", againAt: Number(made) + HOUR };
  const id = made as RequestId;
  if (taken === "made") {
    if (entry) store.onTransition(entry.whole, entry.line);
    return { made: true, request };
  }
  if (taken === "id") throw new Error(`There is a request ${id} already: ids are random, ask again.`);
  const standing = await get(store, id);
  if (taken === "review" && !(standing && holdsGlass(standing))) {
    // A version that knows no reviews finished it.
    await writing(store.redis, () => store.redis.release(store.keys.glass(request.requester.id), id));
    return make(store, request, triggerId, limits);
  }
  if (!standing) throw new Unreadable(id, "is gone, and its reservation is not.");
  return { made: false, taken, request: standing };
}

export async function adopt(store: Store, request: In<"active">): Promise<boolean> {
  const { args, entry } = birth(store, request);
  const landed = await writing(store.redis, () =>
    store.redis.adoptRequest(...keysOf(store, request), ...args),
  );
  if (landed === 1 && entry) store.onTransition(entry.whole, entry.line);
  return landed === 1;
}

function birth({ clock }: Store, request: AccessRequest) {
  const now = clock.now();
  const first = transition(null, request, now);
  const entry = first && chained(first, null);
  const { id, version, requestedAt } = request;
  return {
    entry,
    args: [
      id,
      version,
      write(request),
      requestedAt,
      now,
      entry?.entry ?? "",
      entry?.beside ?? "",
      reservedTill(request, now),
      BACKGROUND_MS,
      glass(request),
      ...boundsOf(request),
      entry ? linkText(entry) : "",
    ],
  };
}

/** From, to, ends. */
function boundsOf(request: AccessRequest): [number, number, number] {
  const { from, to } = windowOf(request);
  return [from, to, latestEnd(request)];
}

export async function update(
  store: Store,
  id: RequestId,
  change: Change,
  { replicated = false }: { replicated?: boolean } = {},
): Promise<Updated> {
  let standing = await getStanding(store, id);
  while (standing) {
    const { request: before, unknowns } = read(id, standing.json);
    const changed = change(before);
    if (changed === null) return { before, after: before };
    const after = { ...changed, version: before.version + 1 };
    const answer = await swap(store, before, after, { unknowns, link: standing.link });
    if (answer === "landed") {
      if (replicated) await store.replicate();
      return { before, after };
    }
    standing = answer;
  }
  throw new Refused({ kind: "unknown-request", id });
}

/** A record, and the last entry that the trail has of it. */
interface Standing {
  json: string;
  link: Link | null;
}

const standingIn = (json: string | null | undefined, chain: string | null | undefined): Standing | null =>
  json ? { json, link: linkIn(chain) } : null;

async function getStanding({ redis, keys }: Store, id: RequestId): Promise<Standing | null> {
  const [json, chain] = await reading(redis, () => redis.hmget(keys.request(id), "record", "chain"));
  return standingIn(json, chain);
}

async function swap(
  store: Store,
  before: AccessRequest,
  after: AccessRequest,
  { unknowns, link }: { unknowns: Unknowns; link: Link | null },
): Promise<"landed" | Standing | null> {
  const now = store.clock.now();
  const next = transition(before, after, now);
  const entry = next && chained(next, link);
  const args = [
    after.id,
    after.version,
    write(after, unknowns),
    before.version,
    isFinal(after) ? 1 : 0,
    isSettled(after) ? 1 : 0,
    keepSettled(after, now),
    now,
    entry?.entry ?? "",
    entry?.beside ?? "",
    isLasting(before, after) ? 1 : 0,
    reservedTill(after, now),
    glass(after),
    leadsToAccess(before, after) ? 1 : 0,
    ...boundsOf(after),
    claimsWindow(before, after) ? 1 : 0,
    entry ? linkText(entry) : "",
  ];
  const keys = [...keysOf(store, before), openKey(store, after), windowsKey(store, after)];
  const answer = await writing(store.redis, () => store.redis.swapRequest(...keys, ...args));
  if (answer === 2) throw new Refused({ kind: "held-already", role: after.role });
  if (Array.isArray(answer)) {
    const [why, what, chain] = answer;
    // A lost race brings the winner's record along: no second look is needed.
    if (why === "standing") return standingIn(what, chain);
    throw await refusedSwap(store, why, what, after);
  }
  if (answer === null) return null;
  if (entry) store.onTransition(entry.whole, entry.line);
  return "landed";
}

const refusedSwap = async (
  store: Store,
  why: "window" | "lockdown",
  what: string,
  { role }: AccessRequest,
) => (why === "lockdown" ? lockedDown(what) : new Refused(await takenWindow(store, what as RequestId, role)));

/** By another request, which may be gone by now. */
async function takenWindow(store: Store, other: RequestId, role: string): Promise<Refusal> {
  const standing = await get(store, other);
  return standing ? { ...windowTaken(standing), deciding: true } : { kind: "held-already", role };
}

/** Whether it keeps its requester from another emergency; nothing where it never did. */
const glass = (r: AccessRequest): 0 | 1 | "" => (r.emergency ? (holdsGlass(r) ? 1 : 0) : "");

/** As long as a hub restored from a backup could bring its token back to life, and ninety days at least. */
const keepSettled = (r: AccessRequest, now: number): number => {
  const token = "grant" in r ? (r.grant?.tokenExpiresAt ?? 0) : 0;
  return Math.ceil(Math.max(KEEP_SETTLED_MS, token - now));
};

/** Past the time of the request itself, for as long as ending it may take. */
const reservedTill = (r: AccessRequest, now: number): number =>
  Math.max(now, "expiresAt" in r ? r.expiresAt : r.closesAt) + KEEP_RESERVED_MS;

/**
 * What is to begin later reserves its window, and not the role: its key is its own. More time is asked for of a role
 * that is held: it keeps only another such request away. No role has such a name.
 */
const reservedBy = ({ id, role, startsAt, extends: grant }: AccessRequest): string => {
  if (grant) return `${role}+`;
  return startsAt === undefined ? role : `${role}:${id}`;
};

const openKey = ({ keys }: Store, r: AccessRequest): string => keys.open(r.requester.id, reservedBy(r));
const windowsKey = ({ keys }: Store, { requester, role }: AccessRequest): string =>
  keys.windows(requester.id, role);

const keysOf = (store: Store, request: AccessRequest): string[] => {
  const { keys } = store;
  const { id, requester } = request;
  return [
    keys.request(id),
    keys.trail,
    keys.unsettled,
    openKey(store, request),
    keys.person(requester.id),
    keys.epoch,
    keys.recent(requester.id),
    keys.glass(requester.id),
    keys.lockdown,
    windowsKey(store, request),
    keys.texts,
  ];
};
