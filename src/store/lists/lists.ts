/** Many requests at once, by indexes: a page costs what it shows, however many others there are. */

import type { z } from "zod";
import { TriedStep } from "../../domain/attempt.ts";
import type { RequestId } from "../../domain/ids.ts";
import { type ListName, stillOn } from "../../domain/listing.ts";
import { TrailStep } from "../../domain/step.ts";
import type { AccessRequest, Cursor, Lists } from "../../flow/ports.ts";
import { wholeOf } from "../chain.ts";
import { reading } from "../failures.ts";
import { getMany } from "../look.ts";
import type { ReadStore } from "../store.ts";
import { linesAt } from "../trail.ts";
import { follow } from "./follow.ts";

/** A reader waits for so much, and the sweep for more. */
const READER_BATCHES = 4;
const SWEEP_BATCHES = 40;
const CHUNK = 30;

export function createLists(store: ReadStore): Lists {
  const ready = () => follow(store, READER_BATCHES);
  return {
    follow: () => follow(store, SWEEP_BATCHES),
    async waiting(roles) {
      await ready();
      const found = await Promise.all(roles.map((role) => everyOne(store, "waiting", role)));
      return found.flat().sort((a, b) => a.closesAt - b.closesAt);
    },
    async unreviewed() {
      await ready();
      return everyOne(store, "unreviewed");
    },
    async live(roles, page) {
      await ready();
      const lists = roles === "all" ? [undefined] : roles;
      return livePage(store, lists, page);
    },
    async past(person, since) {
      await ready();
      const { redis, keys } = store;
      const key = keys.past(person);
      return (await reading(redis, () => redis.zrevrangebyscore(key, "+inf", since))) as RequestId[];
    },
    async stories(ids) {
      await ready();
      return Promise.all(ids.map((id) => story(store, id, TrailStep)));
    },
    async tried(id) {
      await ready();
      return story(store, id, TriedStep);
    },
  };
}

async function everyOne(store: ReadStore, name: ListName, role?: string): Promise<AccessRequest[]> {
  const { redis, keys } = store;
  const ids = await reading(redis, () => redis.zrange(keys.list(name, role), "0", "-1"));
  return (await standing(store, name, ids as RequestId[], role)).filter((r) => r !== null);
}

/** In the order of the ids; null for what is not on it any more, which leaves it, and for what cannot be read. */
async function standing(store: ReadStore, name: ListName, ids: RequestId[], role?: string) {
  const found = await getMany(store, ids);
  const isOn = (r: AccessRequest) => stillOn[name](r) && (role === undefined || r.role === role);
  const gone = ids.filter((_, i) => {
    const r = found[i];
    return r !== "unreadable" && !(r && isOn(r));
  });
  if (gone.length > 0) {
    const { redis, keys } = store;
    await reading(redis, () => redis.zrem(keys.list(name, role), ...gone));
  }
  return found.map((r) => (r && r !== "unreadable" && isOn(r) ? r : null));
}

async function livePage(
  store: ReadStore,
  roles: readonly (string | undefined)[],
  { after, count }: { after?: Cursor | undefined; count: number },
) {
  const shown: { request: AccessRequest; at: Cursor }[] = [];
  let cursor = after;
  while (shown.length < count) {
    const next = await nextOnes(store, roles, cursor);
    for (const { request, at } of next) if (request && shown.length < count) shown.push({ request, at });
    cursor = next.at(-1)?.at;
    if (!cursor || next.length < CHUNK) break;
  }
  const { redis, keys } = store;
  const sizes = await reading(redis, () =>
    Promise.all(roles.map((role) => redis.zcard(keys.list("live", role)))),
  );
  return { shown, total: sizes.reduce((sum, size) => sum + size, 0) };
}

/** The first of all these lists after a place, merged. */
async function nextOnes(store: ReadStore, roles: readonly (string | undefined)[], after: Cursor | undefined) {
  const lists = await Promise.all(
    roles.map(async (role) =>
      (await idsAfter(store, store.keys.list("live", role), after)).map((at) => ({ role, at })),
    ),
  );
  const merged = lists
    .flat()
    .sort((a, b) => compare(a.at, b.at))
    .slice(0, CHUNK);
  const byRole = Map.groupBy(merged, ({ role }) => role);
  const requests = new Map<RequestId, AccessRequest | null>();
  for (const [role, of] of byRole) {
    const ids = of.map(({ at }) => at.id);
    const found = await standing(store, "live", ids, role);
    for (const [i, id] of ids.entries()) requests.set(id, found[i] ?? null);
  }
  return merged.map(({ at }) => ({ at, request: requests.get(at.id) ?? null }));
}

const compare = (a: Cursor, b: Cursor): number => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Several may be due at the same moment. */
async function idsAfter({ redis }: ReadStore, key: string, after: Cursor | undefined): Promise<Cursor[]> {
  const from = after?.at ?? "-inf";
  const ties = after ? await reading(redis, () => redis.zcount(key, after.at, after.at)) : 0;
  const found = await reading(redis, () =>
    redis.zrange(key, from, "+inf", "BYSCORE", "LIMIT", 0, CHUNK + ties, "WITHSCORES"),
  );
  const all: Cursor[] = [];
  for (let i = 0; i < found.length; i += 2) all.push({ id: found[i] as RequestId, at: Number(found[i + 1]) });
  return all.filter((one) => !after || compare(one, after) > 0);
}

/** Oldest first, those of one kind. */
async function story<T>({ redis, keys }: ReadStore, id: RequestId, kind: z.ZodType<T>): Promise<T[]> {
  const places = await reading(redis, () => redis.smembers(keys.steps(id)));
  const ordered = places.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const lines = await linesAt({ redis, keys }, ordered);
  return lines.flatMap((line) => kind.safeParse(wholeOf(line)).data ?? []);
}
