/** Reading records: one round trip a record, one for each 100 of many, that no turn of the event loop is long. */
import { BACKGROUND_MS } from "../domain/background.ts";
import { isReviewOpen } from "../domain/break-glass.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { isFinal } from "../domain/lifecycle.ts";
import type { AccessRequest } from "../domain/request.ts";
import { Unreadable } from "../flow/ports.ts";
import { linkIn } from "./chain.ts";
import { reading } from "./failures.ts";
import { readAgain } from "./known-texts.ts";
import { read } from "./record.ts";
import type { Standing } from "./seen.ts";
import type { ReadStore, Store } from "./store.ts";

const BATCH = 100;

export const getJson = (
  { redis, keys }: Pick<Store, "redis" | "keys">,
  id: RequestId,
): Promise<string | null> => reading(redis, () => redis.hget(keys.request(id), "record"));

/** As it stands now. */
export async function getStanding({ redis, keys, seen }: Store, id: RequestId): Promise<Standing | null> {
  const [json, chain] = await reading(redis, () => redis.hmget(keys.request(id), "record", "chain"));
  const standing = standingIn(json, chain);
  if (standing) seen.see(id, standing);
  return standing;
}

export const standingIn = (
  json: string | null | undefined,
  chain: string | null | undefined,
): Standing | null => (json ? { json, link: linkIn(chain) } : null);

/** Throws Unreadable. */
export async function get(store: Store, id: RequestId): Promise<AccessRequest | null> {
  const standing = await getStanding(store, id);
  return standing && read(id, standing.json).request;
}

export async function getMany(
  store: ReadStore,
  ids: readonly RequestId[],
): Promise<(AccessRequest | "unreadable" | null)[]> {
  const found: (AccessRequest | "unreadable" | null)[] = [];
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH);
    const jsons = await reading(store.redis, () => pipelined(store, batch));
    for (const [i, id] of batch.entries()) {
      const json = jsons[i] ?? null;
      found.push(json === null ? null : readable(store, id, json));
    }
  }
  return found;
}

/** Throws Unreadable. */
export async function open(store: ReadStore, person: UserId): Promise<AccessRequest[]> {
  const { redis, keys } = store;
  const ids = await reading(redis, () => redis.zrange(keys.person(person), "0", "-1"));
  const found = await getMany(store, ids as RequestId[]);
  const live = records(found).filter((request) => !isFinal(request));
  const [lost] = live.length > 0 ? [] : await unreadableIds(store, ids as RequestId[], found);
  if (lost) throw new Unreadable(lost, "cannot be read, and its time is not over.");
  return live;
}

export async function unreviewed(store: ReadStore, person: UserId): Promise<AccessRequest | null> {
  const { redis, keys } = store;
  const id = await reading(redis, () => redis.get(keys.glass(person)));
  const [found] = id === null ? [] : records(await getMany(store, [id as RequestId]));
  return found && isReviewOpen(found) ? found : null;
}

export async function recent(store: ReadStore, person: UserId): Promise<AccessRequest[]> {
  const { redis, keys, clock } = store;
  const since = clock.now() - BACKGROUND_MS;
  const ids = await reading(redis, () => redis.zrange(keys.recent(person), since, "+inf", "BYSCORE"));
  return records(await getMany(store, ids as RequestId[]));
}

/** Of those that cannot be read, the ones that may still be live. */
async function unreadableIds(
  { redis, keys, clock }: ReadStore,
  ids: RequestId[],
  found: (AccessRequest | "unreadable" | null)[],
): Promise<RequestId[]> {
  const unreadable = ids.filter((_, i) => found[i] === "unreadable");
  const tills = await Promise.all(
    unreadable.map((id) => reading(redis, () => redis.hget(keys.request(id), "till"))),
  );
  return unreadable.filter((_, i) => Number(tills[i]) > clock.now());
}

export async function* unsettled(
  store: ReadStore,
  known: ReadonlyMap<RequestId, unknown> = new Map(),
): AsyncGenerator<AccessRequest[]> {
  const { redis, keys } = store;
  let cursor = "0";
  do {
    const from = cursor;
    const [next, ids] = await reading(redis, () => redis.sscan(keys.unsettled, from, "COUNT", BATCH));
    cursor = next;
    const unknown = (ids as RequestId[]).filter((id) => !known.has(id));
    if (unknown.length > 0) yield records(await getMany(store, unknown));
  } while (cursor !== "0");
}

const records = (found: (AccessRequest | "unreadable" | null)[]): AccessRequest[] =>
  found.filter((one) => one !== null && one !== "unreadable");

// One broken record must not keep the sweep, or a person, from all the others.
function readable(store: ReadStore, id: RequestId, json: string): AccessRequest | "unreadable" {
  try {
    return readAgain(id, json);
  } catch (error) {
    store.onBroken(error as Error);
    return "unreadable";
  }
}

async function pipelined({ redis, keys }: ReadStore, ids: readonly RequestId[]): Promise<(string | null)[]> {
  const pipeline = redis.pipeline();
  for (const id of ids) pipeline.hget(keys.request(id), "record");
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, json]) => {
    if (error) throw error;
    return json as string | null;
  });
}
