/** What people typed is removed from the trail and from the records of what is over; that it was, and by whom, stands on the trail. */
import { isOpen } from "../domain/allowance.ts";
import { AllowanceId, isRequestId, RequestId } from "../domain/ids.ts";
import { isFinal } from "../domain/lifecycle.ts";
import { ELSEWHERE, type Forgotten } from "../domain/trail-entry.ts";
import { withoutDenial, withoutTexts } from "../domain/without-texts.ts";
import type { Requests } from "../flow/ports.ts";
import { createAllowances } from "./allowances.ts";
import { chained } from "./chain.ts";
import { reading, writing } from "./failures.ts";
import { createRequests } from "./requests.ts";
import { defineScripts } from "./scripts.ts";
import type { Store } from "./store.ts";
import { trailLines } from "./trail.ts";

/** Of one entry that says so. */
const AT_ONCE = 100;
const BY_HAND = { cli: true } as const;

type ForgetStore = Pick<Store, "redis" | "keys" | "clock">;

export interface Found {
  /** Requests and allowances of which nothing that people typed is left. */
  forgotten: string[];
  /** Those that are not over. */
  live: string[];
}

interface OnTrail {
  /** Of each that is meant, where its entries stand. */
  places: ReadonlyMap<string, string[]>;
  /** What each person asked for. */
  asked: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Of an entry, by what it is picked. */
export interface Asked {
  id: string;
  requester: string;
  askedBy?: string | null;
}

/** All whose entries `isMeant` picks. */
export async function forget(
  options: ForgetStore,
  isMeant: (entry: Asked) => boolean,
  who: string,
): Promise<Found> {
  const store = { ...options, redis: defineScripts(options.redis) };
  const places = new Map<string, string[]>();
  const asked = new Map<string, Set<string>>();
  for await (const { place, trail } of trailLines(store)) {
    const { id, requester, askedBy = null } = trail as Partial<Asked>;
    if (id === undefined || requester === undefined) continue;
    asked.set(requester, (asked.get(requester) ?? new Set()).add(id));
    if (isMeant({ id, requester, askedBy })) places.set(id, [...(places.get(id) ?? []), place]);
  }
  const found: Found = { forgotten: [], live: [] };
  for (const id of places.keys()) found[(await isOver(store, id)) ? "forgotten" : "live"].push(id);
  for (let at = 0; at < found.forgotten.length; at += AT_ONCE)
    await remove(store, found.forgotten.slice(at, at + AT_ONCE), { places, asked, who });
  return found;
}

async function isOver(store: ForgetStore, id: string): Promise<boolean> {
  const allowance = AllowanceId.safeParse(id).data;
  if (allowance) {
    const standing = await allowancesIn(store).get(allowance);
    // What cannot be read cannot be removed from, either.
    if (standing === null)
      return (await reading(store.redis, () => store.redis.exists(store.keys.allowance(allowance)))) === 0;
    return !isOpen(standing, store.clock.now());
  }
  const [record = null] = await requestsIn(store).getMany([RequestId.parse(id)]);
  return record === null || (record !== "unreadable" && isFinal(record));
}

const allowancesIn = (store: ForgetStore) =>
  createAllowances({ ...store, onChange: () => {}, onBroken: () => {} });

const requestsIn = (store: Pick<Store, "redis" | "keys" | "clock">) =>
  createRequests({ ...store, ...BY_HAND, onTransition: () => {}, onBroken: () => {} });

/** Not by commit: nothing follows from it, and a button of what is over is late by any terms. */
async function remove(
  store: ForgetStore,
  ids: readonly string[],
  { places, asked, who }: OnTrail & { who: string },
): Promise<void> {
  const { redis, keys, clock } = store;
  const at = clock.now();
  const { entry } = chained<Forgotten>({ forgot: [...ids], at, who }, undefined, BY_HAND);
  // First: whatever does not land of the rest, the next time does it all.
  await writing(redis, () => redis.appendEntry(keys.trail, keys.texts, at, entry, ""));
  for (const id of ids) {
    // Of whom it was used by, how often stays.
    await writing(redis, () => redis.del(keys.addresses(id), keys.agents(id), keys.rights(id)));
    const request = RequestId.safeParse(id).data;
    if (request) await removeFrom(requestsIn(store), request, asked);
    const allowance = AllowanceId.safeParse(id).data;
    const allowances = allowancesIn(store);
    if (allowance && (await allowances.get(allowance)))
      await allowances.update(allowance, (a) => ({ ...a, reason: ELSEWHERE }));
    await writing(redis, () => redis.xdel(keys.texts, ...(places.get(id) ?? [])));
  }
}

/** Why it was denied stands with what its person asked for next, too. */
async function removeFrom(requests: Requests, id: RequestId, asked: OnTrail["asked"]): Promise<void> {
  const request = await requests.get(id);
  if (!request) return;
  await requests.update(id, withoutTexts);
  if (request.state !== "denied") return;
  const others = [...(asked.get(request.requester.id) ?? [])].filter(isRequestId);
  for (const one of await requests.getMany(others))
    if (one && one !== "unreadable" && one.background?.denied?.at === request.at)
      await requests.update(one.id, withoutDenial);
}
