/** Reading records: one round trip a record, and one for a hundred and more of many. */
import { BACKGROUND_MS } from "../domain/background.ts";
import { isReviewOpen } from "../domain/break-glass.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { isFinal } from "../domain/lifecycle.ts";
import type { AccessRequest } from "../domain/request.ts";
import { type Recorded, Unreadable } from "../flow/ports.ts";
import { linkIn } from "./chain.ts";
import { reading } from "./failures.ts";
import { readAgain } from "./known-texts.ts";
import { read } from "./record.ts";
import type { Standing } from "./seen.ts";
import type { ReadStore, Store } from "./store.ts";

const BATCH = 100;
/** Of what is not read at once no turn of the event loop is long. */
const BATCH_UNREAD = 200;

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

export function lately({ seen }: Pick<Store, "seen">, id: RequestId): AccessRequest | null {
  const standing = seen.of(id);
  try {
    return standing ? read(id, standing.json).request : null;
  } catch {
    return null;
  }
}

export async function getMany(store: ReadStore, ids: readonly RequestId[]): Promise<Recorded[]> {
  const found: Recorded[] = [];
  // Batch by batch, so that no turn of the event loop is long.
  for await (const batch of batches(store, ids, BATCH)) found.push(...batch.map((read) => read()));
  return found;
}

export async function getEach(store: ReadStore, ids: readonly RequestId[]): Promise<(() => Recorded)[]> {
  const found: (() => Recorded)[] = [];
  for await (const batch of batches(store, ids, BATCH_UNREAD)) found.push(...batch);
  return found;
}

async function* batches(
  store: ReadStore,
  ids: readonly RequestId[],
  size: number,
): AsyncGenerator<(() => Recorded)[]> {
  for (let start = 0; start < ids.length; start += size) {
    const batch = ids.slice(start, start + size);
    const texts = await reading(store.redis, () => readTexts(store, batch));
    yield batch.map((id, i) => () => readable(store, id, texts[i] ?? null));
  }
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
  const found = await reading(redis, () =>
    Promise.all([
      redis.zrange(keys.recent(person), since, "+inf", "BYSCORE"),
      redis.zrange(keys.person(person), "0", "-1"),
    ]),
  );
  return records(await getMany(store, [...new Set(found.flat())] as RequestId[]));
}

/** Of those that cannot be read, the ones that may still be live. */
async function unreadableIds(
  { redis, keys, clock }: ReadStore,
  ids: RequestId[],
  found: Recorded[],
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

const records = (found: Recorded[]): AccessRequest[] =>
  found.filter((one) => one !== null && one !== "unreadable");

// One broken record must not keep the sweep, or a person, from all the others.
function readable(store: ReadStore, id: RequestId, text: Buffer | null): Recorded {
  try {
    return text && readAgain(id, text);
  } catch (error) {
    store.onBroken(error as Error);
    return "unreadable";
  }
}

/** One command, for a hundred cost the bot more than the records. */
const READ = `
local found = {}
for i, key in ipairs(KEYS) do found[i] = redis.call('HGET', key, 'record') end
return found`;

async function readTexts({ redis, keys }: ReadStore, ids: readonly RequestId[]): Promise<(Buffer | null)[]> {
  return (await redis.callBuffer("EVAL", READ, ids.length, ...ids.map(keys.request))) as (Buffer | null)[];
}
