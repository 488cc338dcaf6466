/** Changing records: each function lands whole in one Lua call, or changes nothing. */

import { createHash } from "node:crypto";
import { type Transition, transition } from "../domain/audit.ts";
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
import { claimsWindow, isNewlyDecided, latestEnd, windowOf, windowTaken } from "../domain/window.ts";
import { type Change, type In, type Made, type Requests, Unreadable, type Updated } from "../flow/ports.ts";
import { type Chained, chained, type Link, linkIn, linkText } from "./chain.ts";
import { writing } from "./failures.ts";
import { lockedDown } from "./lockdown.ts";
import { get, getStanding, standingIn } from "./look.ts";
import { read, type Unknowns, write } from "./record.ts";
import type { Standing } from "./seen.ts";
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
  const by = (request.askedBy ?? request.requester).id;
  const keys = [...keysOf(store, request), store.keys.trigger(triggerId), store.keys.typed(by)];
  const { args, entry, json } = birth(store, request);
  const since = request.requestedAt - HOUR;
  const { grantsPerPerson = 0, requestsPerHour = 0 } = limits;
  const counting = [
    store.keys.request(""),
    grantsPerPerson,
    requestsPerHour,
    since,
    request.extends?.id ?? "",
  ];
  const answer = await writing(store.redis, () =>
    store.redis.makeRequest(...keys, ...args, KEEP_TRIGGER_MS, ...counting),
  );
  const [taken, made] = answer;
  if (taken === "lockdown") throw lockedDown(made);
  if (taken === "grants") return { made: false, over: "grants" };
  if (taken === "requests") return { made: false, over: "requests", againAt: Number(made) + HOUR };
  const id = made as RequestId;
  if (taken === "made") {
    see(store, id, json, entry, null);
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

function birth(store: Store, request: AccessRequest) {
  const now = store.clock.now();
  const first = transition(null, request, now);
  const entry = first && chained(first, null, store);
  const { id, version, requestedAt } = request;
  const json = write(request);
  return {
    entry,
    json,
    args: [
      id,
      version,
      json,
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
  { replicated = false, limits = {}, along = () => {} }: UpdateOptions = {},
): Promise<Updated> {
  const seen = store.seen.of(id);
  const guess = seen && guessed(id, seen, change);
  const how = { limits, along };
  let standing = guess ? await land(store, guess, how, seen) : await getStanding(store, id);
  while (standing) {
    if ("after" in standing) {
      if (replicated) await store.replicate();
      return standing;
    }
    const { request: before, unknowns } = read(id, standing.json);
    const changed = change(before);
    if (changed === null) return { before, after: before };
    standing = await land(store, { before, changed, unknowns, link: standing.link }, how);
  }
  throw new Refused({ kind: "unknown-request", id });
}

type UpdateOptions = NonNullable<Parameters<Requests["update"]>[2]>;

interface Changing {
  before: AccessRequest;
  changed: AccessRequest;
  unknowns: Unknowns;
  link: Link | null;
}

/** What it becomes where it still stands as it was seen; whatever is refused of that, or left as it is, may be otherwise by now. */
function guessed(id: RequestId, { json, link }: Standing, change: Change): Changing | null {
  try {
    const { request: before, unknowns } = read(id, json);
    const changed = change(before);
    return changed && { before, changed, unknowns, link };
  } catch {
    return null;
  }
}

/** Resolves to what stands instead when it is another's by now. `was`: as it was seen, unless it was read just now. */
async function land(
  store: Store,
  { before, changed, unknowns, link }: Changing,
  { limits, along }: Required<Pick<UpdateOptions, "limits" | "along">>,
  was?: Standing,
): Promise<Updated | Standing | null> {
  const after = { ...changed, version: before.version + 1 };
  const now = store.clock.now();
  const next = transition(before, after, now);
  const entry = next && chained(next, link, store);
  const json = write(after, unknowns);
  const args = [
    after.id,
    after.version,
    json,
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
    was ? createHash("sha1").update(was.json).digest("hex") : "",
    store.keys.request(""),
    isNewlyDecided(before, after) ? (limits.grantsPerPerson ?? 0) : 0,
    "decision" in after ? 1 : 0,
    after.state === "active" ? 1 : 0,
  ];
  const keys = [...keysOf(store, before), openKey(store, after), windowsKey(store, after)];
  const landing = writing(store.redis, () => store.redis.swapRequest(...keys, ...args));
  along({ before, after });
  const answer = await landing;
  if (answer === 2) throw new Refused({ kind: "held-already", role: after.role });
  if (Array.isArray(answer)) {
    const [why, what, chain] = answer;
    // A lost race brings the winner's record along: no second look is needed.
    if (why === "standing") return standingIn(what, chain);
    if (why === "grants")
      throw new Refused({ kind: "too-many-grants", max: limits.grantsPerPerson ?? 0, deciding: true });
    throw await refusedSwap(store, why, what, after);
  }
  if (answer === null) return null;
  see(store, after.id, json, entry, link);
  if (entry) store.onTransition(entry.whole, entry.line);
  return { before, after };
}

/** `link`: the last entry before this one. */
const see = (
  { seen }: Store,
  id: RequestId,
  json: string,
  entry: Chained<Transition> | null,
  link: Link | null,
): void => seen.see(id, { json, link: entry ? linkIn(linkText(entry)) : link });

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

/** As long as a hub restored from a backup could bring one of its tokens back to life, and ninety days at least. */
const keepSettled = (r: AccessRequest, now: number): number => {
  const token = "grant" in r ? (r.grant?.tokenExpiresAt ?? 0) : 0;
  // Of tokens that gave way, none outlives the access.
  const access = "expiresAt" in r ? r.expiresAt : 0;
  return Math.ceil(Math.max(KEEP_SETTLED_MS, token - now, access - now));
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
