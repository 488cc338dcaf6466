/** Reading records: one round trip a record, one for each 500 of many. */
import { BACKGROUND_MS } from "../domain/background.ts";
import { isReviewOpen } from "../domain/break-glass.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { isFinal } from "../domain/lifecycle.ts";
import type { AccessRequest } from "../domain/request.ts";
import { Unreadable } from "../flow/ports.ts";
import { reading } from "./failures.ts";
import { read } from "./record.ts";
import type { Store } from "./store.ts";

const BATCH = 500;

export const getJson = (
  { redis, keys }: Pick<Store, "redis" | "keys">,
  id: RequestId,
): Promise<string | null> => reading(redis, () => redis.hget(keys.request(id), "record"));

/** Throws Unreadable. */
export async function get(store: Store, id: RequestId): Promise<AccessRequest | null> {
  const json = await getJson(store, id);
  return json === null ? null : read(id, json).request;
}

export async function getMany(
  store: Store,
  ids: readonly RequestId[],
): Promise<(AccessRequest | "unreadable" | null)[]> {
  const found: (AccessRequest | "unreadable" | null)[] = [];
  for await (const [id, json] of pairs(store, ids))
    found.push(json === null ? null : readable(store, id, json));
  return found;
}

/** Throws Unreadable. */
export async function open(store: Store, person: UserId): Promise<AccessRequest[]> {
  const { redis, keys } = store;
  const ids = await reading(redis, () => redis.zrange(keys.person(person), "0", "-1"));
  const found = await getMany(store, ids as RequestId[]);
  const live = records(found).filter((request) => !isFinal(request));
  const [lost] = live.length > 0 ? [] : await unreadableIds(store, ids as RequestId[], found);
  if (lost) throw new Unreadable(lost, "cannot be read, and its time is not over.");
  return live;
}

export async function unreviewed(store: Store, person: UserId): Promise<AccessRequest | null> {
  const { redis, keys } = store;
  const id = await reading(redis, () => redis.get(keys.glass(person)));
  const [found] = id === null ? [] : records(await getMany(store, [id as RequestId]));
  return found && isReviewOpen(found) ? found : null;
}

export async function recent(store: Store, person: UserId): Promise<AccessRequest[]> {
  const { redis, keys, clock } = store;
  const since = clock.now() - BACKGROUND_MS;
  const ids = await reading(redis, () => redis.zrange(keys.recent(person), since, "+inf", "BYSCORE"));
  return records(await getMany(store, ids as RequestId[]));
}

/** Of those that cannot be read, the ones that may still be live. */
async function unreadableIds(
  { redis, keys, clock }: Store,
  ids: RequestId[],
  found: (AccessRequest | "unreadable" | null)[],
): Promise<RequestId[]> {
  const unreadable = ids.filter((_, i) => found[i] === "unreadable");
  const tills = await Promise.all(
    unreadable.map((id) => reading(redis, () => redis.hget(keys.request(id), "till"))),
  );
  return unreadable.filter((_, i) => Number(tills[i]) > clock.now());
}

export async function* unsettled(store: Store): AsyncGenerator<AccessRequest[]> {
  const { redis, keys } = store;
  let cursor = "0";
  do {
    const from = cursor;
    const [next, ids] = await reading(redis, () => redis.sscan(keys.unsettled, from, "COUNT", BATCH));
    cursor = next;
    if (ids.length > 0) yield records(await getMany(store, ids as RequestId[]));
  } while (cursor !== "0");
}

const records = (found: (AccessRequest | "unreadable" | null)[]): AccessRequest[] =>
  found.filter((one) => one !== null && one !== "unreadable");

// One broken record must not keep the sweep, or a person, from all the others.
function readable(store: Store, id: RequestId, json: string): AccessRequest | "unreadable" {
  try {
    return read(id, json).request;
  } catch (error) {
    store.onBroken(error as Error);
    return "unreadable";
  }
}

async function* pairs(store: Store, ids: readonly RequestId[]): AsyncGenerator<[RequestId, string | null]> {
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH);
    const jsons = await reading(store.redis, () => pipelined(store, batch));
    for (const [i, id] of batch.entries()) yield [id, jsons[i] ?? null];
  }
}

async function pipelined({ redis, keys }: Store, ids: readonly RequestId[]): Promise<(string | null)[]> {
  const pipeline = redis.pipeline();
  for (const id of ids) pipeline.hget(keys.request(id), "record");
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, json]) => {
    if (error) throw error;
    return json as string | null;
  });
}
