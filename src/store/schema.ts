/** Whose records stand in Redis: a bot starts on its own version's, a neighbour's, or none. */
import { z } from "zod";
import { RequestId } from "../domain/ids.ts";
import { SCHEMA_VERSION } from "../domain/request.ts";
import { lineOf } from "./chain.ts";
import { reading, writing } from "./failures.ts";
import { getJson } from "./look.ts";
import { isUnversioned } from "./record.ts";
import type { Store } from "./store.ts";

/** Enough to tell: no other records stand beside those of 0.1. */
const LOOKED_AT = 100;
const OF_0_1 =
  "Redis holds records of karpor-access 0.1, which this version does not read: let its grants end under 0.1, then give this version an empty Redis.";

/** One sentence that says why this version must not start on this Redis; null where it may, and then marks it. Throws StoreDown, StoreUnsure. */
export async function schemaTrouble(store: Pick<Store, "redis" | "keys">): Promise<string | null> {
  const { redis, keys } = store;
  const marked = await reading(redis, () => redis.get(keys.schema));
  if (marked !== null) return Math.abs(Number(marked) - SCHEMA_VERSION) <= 1 ? null : tooFar(marked);
  if (await holdsUnversioned(store)) return OF_0_1;
  await writing(redis, () => redis.set(keys.schema, SCHEMA_VERSION, "NX"));
  return null;
}

const tooFar = (marked: string): string =>
  `Redis holds records of schema ${marked}, and this version reads ${SCHEMA_VERSION} and its neighbours only: start a version that reads them.`;

/** A running bot makes no mark anew where Redis was emptied, so a missing one alone says nothing. */
async function holdsUnversioned(store: Pick<Store, "redis" | "keys">): Promise<boolean> {
  const ids = new Set([...(await latestIds(store)), ...(await unsettledIds(store))]);
  const jsons = await Promise.all([...ids].map((id) => getJson(store, id)));
  return jsons.some((json) => json !== null && isUnversioned(json));
}

/** The trail tells of other things, too. */
const Entry = z.object({ id: RequestId.nullable().catch(null) });

async function latestIds({ redis, keys }: Pick<Store, "redis" | "keys">): Promise<RequestId[]> {
  const entries = await reading(redis, () => redis.xrevrange(keys.trail, "+", "-", "COUNT", LOOKED_AT));
  return entries
    .map(([, fields]) => Entry.parse(lineOf(fields[1] ?? "").trail).id)
    .filter((id) => id !== null);
}

async function unsettledIds({ redis, keys }: Pick<Store, "redis" | "keys">): Promise<RequestId[]> {
  const ids = await reading(redis, () => redis.srandmember(keys.unsettled, LOOKED_AT));
  return z.array(RequestId).parse(ids);
}
