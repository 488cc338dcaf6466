/** The lists follow the trail: whoever reads one brings it up to date first, and the sweep does so meanwhile. */
import type { ChainableCommander } from "ioredis";
import { TriedStep } from "../../domain/attempt.ts";
import type { RequestId } from "../../domain/ids.ts";
import { placesAfter } from "../../domain/listing.ts";
import { TrailStep } from "../../domain/step.ts";
import { ListsBehind } from "../../flow/ports.ts";
import { lineOf } from "../chain.ts";
import { allOf, reading } from "../failures.ts";
import type { Keys } from "../keys.ts";
import type { Store } from "../store.ts";
import { KEEP_TRAIL_MS } from "../trail.ts";

const BATCH = 500;

/** Safe to be done twice, and by several at once: what is taken off a list never comes back to it. Throws StoreDown, ListsBehind. */
export async function follow({ redis, keys, clock }: Follower, batches: number): Promise<void> {
  let from = await reading(redis, () => redis.get(keys.listed));
  for (let left = batches; left > 0; left--) {
    const start = from === null ? "-" : `(${from}`;
    const entries = await reading(redis, () => redis.xrange(keys.trail, start, "+", "COUNT", BATCH));
    const last = entries.at(-1)?.[0];
    if (last === undefined) return;
    const all = redis.multi();
    index(all, keys, placesIn(entries), clock.now());
    all.set(keys.listed, last);
    // Done again by the next reader where its answer is lost.
    await reading(redis, () => allOf(all));
    if (entries.length < BATCH) return;
    from = last;
  }
  throw new ListsBehind();
}

export type Follower = Pick<Store, "redis" | "keys" | "clock">;

/** Member by member, with its place; null: it is on it no more. */
type Members = Map<string, Map<string, number | null>>;

/** Many lines are about the same request, person and role: what all of them come to. */
interface Places {
  steps: Map<RequestId, string[]>;
  past: Members;
  lists: Map<string, Members>;
}

/** What is no line about a request is passed over. */
function placesIn(entries: readonly [id: string, fields: string[]][]): Places {
  const places: Places = { steps: new Map(), past: new Map(), lists: new Map() };
  for (const [at, [, entry]] of entries) {
    const { trail: line } = lineOf(entry ?? "");
    const step = TrailStep.safeParse(line).data;
    const told = step ?? TriedStep.safeParse(line).data;
    if (told) places.steps.set(told.id, [...(places.steps.get(told.id) ?? []), at]);
    if (!step) continue;
    for (const person of [step.requester, step.askedBy])
      if (person) put(places.past, person, step.id, step.at);
    const { on, off } = placesAfter(step);
    for (const name of [...on, ...off]) {
      const list = places.lists.get(name) ?? new Map();
      places.lists.set(name, list);
      put(list, step.role, step.id, on.includes(name) ? (step.expiresAt ?? step.at) : null);
    }
  }
  return places;
}

function put(into: Members, key: string, member: string, place: number | null): void {
  const members = into.get(key) ?? new Map();
  into.set(key, members.set(member, place));
}

function index(all: ChainableCommander, keys: Keys, { steps, past, lists }: Places, now: number): void {
  for (const [id, places] of steps)
    all.sadd(keys.steps(id), ...places).pexpire(keys.steps(id), KEEP_TRAIL_MS);
  for (const [person, requests] of past) {
    const key = keys.past(person);
    all.zadd(key, "GT", ...placed(requests));
    all.zremrangebyscore(key, "-inf", now - KEEP_TRAIL_MS).pexpire(key, KEEP_TRAIL_MS);
  }
  for (const [name, byRole] of lists)
    for (const [role, requests] of byRole)
      for (const key of [keys.list(name), keys.list(name, role)]) {
        const on = placed(requests);
        const off = [...requests.keys()].filter((id) => requests.get(id) === null);
        if (on.length > 0) all.zadd(key, ...on);
        if (off.length > 0) all.zrem(key, ...off);
      }
}

const placed = (members: Map<string, number | null>): (number | string)[] =>
  [...members].flatMap(([member, place]) => (place === null ? [] : [place, member]));
