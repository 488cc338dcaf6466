/** What was allowed beforehand, in Redis: a hash each, changed by compare-and-swap, each change on the trail by the same call. */
import { Allowance, type AllowanceEntry, allowanceEntry, statusOf } from "../domain/allowance.ts";
import { DAY, HOUR } from "../domain/duration.ts";
import type { AllowanceId } from "../domain/ids.ts";
import { Refused } from "../domain/refusal.ts";
import type { AllowanceMade, Allowances } from "../flow/ports.ts";
import { defineAllowanceScripts } from "./allowance-scripts.ts";
import { type Chained, chained, type Link, linkIn, linkText, type TrailLine } from "./chain.ts";
import { reading, writing } from "./failures.ts";
import { replicator } from "./replicate.ts";
import type { Store } from "./store.ts";

const KEEP_TRIGGER_MS = HOUR;
/** Its messages are redrawn, and a late click is told. */
const LISTED_OVER_MS = DAY;
/** What a version writes; it reads its neighbour's. */
const SCHEMA = 1;

type Options = Pick<Store, "redis" | "keys" | "clock" | "onBroken"> & {
  onChange(entry: AllowanceEntry, line: TrailLine): void;
};

export function createAllowances(options: Options): Allowances {
  const store = { ...options, redis: defineAllowanceScripts(options.redis) };
  const replicate = replicator(store);
  const listed = async (index: string): Promise<Allowance[]> => {
    const { redis, clock } = store;
    const ids = await reading(redis, () => redis.zrange(index, clock.now(), "+inf", "BYSCORE"));
    const jsons = await Promise.all(ids.map((id) => getJson(store, id as AllowanceId)));
    return jsons.flatMap((json) => readable(store, json) ?? []);
  };
  return {
    async make(allowance, triggerId) {
      const made = await make(store, allowance, triggerId);
      if (made.made) await replicate();
      return made;
    },
    get: async (id) => readable(store, await getJson(store, id)),
    async update(id, change, { replicated = false } = {}) {
      const after = await update(store, id, change);
      if (replicated) await replicate();
      return after;
    },
    of: (person) => listed(store.keys.allowed(person)),
    all: () => listed(store.keys.allowances),
  };
}

const getJson = ({ redis, keys }: Options, id: AllowanceId): Promise<string | null> =>
  reading(redis, () => redis.hget(keys.allowance(id), "record"));

/** What cannot be read allows nothing. */
function readable({ onBroken }: Options, json: string | null): Allowance | null {
  if (json === null) return null;
  try {
    const { schema, ...record } = JSON.parse(json) as { schema?: unknown };
    if (typeof schema !== "number" || Math.abs(schema - SCHEMA) > 1)
      throw new Error(`an allowance has schema ${schema}; this version reads ${SCHEMA}.`);
    return Allowance.parse(record);
  } catch (error) {
    onBroken(error as Error);
    return null;
  }
}

async function make(store: Options, a: Allowance, triggerId: string): Promise<AllowanceMade> {
  const { redis, keys, clock } = store;
  const now = clock.now();
  const entry = entryOf(null, a, now, null);
  const shared = argsOf(a, now, entry);
  const waits = statusOf(a, now) === "waiting" ? a.until : "";
  const more = [keys.trigger(triggerId), keys.allowed(a.person.id), keys.allowances];
  const id = await writing(redis, () =>
    redis.makeAllowance(...keysOf(store, a), ...more, ...shared, waits, KEEP_TRIGGER_MS),
  );
  if (id === "") throw new Error(`There is an allowance ${a.id} already: ids are random, ask again.`);
  if (id === a.id) {
    if (entry) store.onChange(entry.whole, entry.line);
    return { made: true, allowance: a };
  }
  const allowance = readable(store, await getJson(store, id as AllowanceId));
  if (!allowance) throw new Refused({ kind: "unknown-allowance", word: id });
  return { made: false, allowance };
}

async function update(
  store: Options,
  id: AllowanceId,
  change: (allowance: Allowance) => Allowance | null,
): Promise<Allowance> {
  let standing = await getStanding(store, id);
  for (;;) {
    const before = readable(store, standing.json);
    if (!before) throw new Refused({ kind: "unknown-allowance", word: id });
    const changed = change(before);
    if (changed === null) return before;
    const after = { ...changed, version: before.version + 1 };
    const answer = await swap(store, before, after, standing.link);
    if (answer === "landed") return after;
    standing = answer;
  }
}

interface Standing {
  json: string | null;
  /** The last entry that the trail has of it. */
  link: Link | null;
}

async function getStanding({ redis, keys }: Options, id: AllowanceId): Promise<Standing> {
  const [json = null, chain] = await reading(redis, () => redis.hmget(keys.allowance(id), "record", "chain"));
  return { json, link: linkIn(chain) };
}

function entryOf(before: Allowance | null, after: Allowance, now: number, link: Link | null) {
  const entry = allowanceEntry(before, after, now);
  return entry && chained(entry, link);
}

async function swap(
  store: Options,
  before: Allowance,
  after: Allowance,
  link: Link | null,
): Promise<"landed" | Standing> {
  const now = store.clock.now();
  const entry = entryOf(before, after, now, link);
  const args = [
    ...argsOf(after, now, entry),
    before.version,
    after.withdrawn && !before.withdrawn ? 1 : 0,
    statusOf(after, now) === "waiting" ? 1 : 0,
  ];
  const answer = await writing(store.redis, () =>
    store.redis.swapAllowance(...keysOf(store, before), ...args),
  );
  if (answer !== 1) return { json: answer?.[0] ?? null, link: linkIn(answer?.[1]) };
  if (entry) store.onChange(entry.whole, entry.line);
  return "landed";
}

const argsOf = (a: Allowance, now: number, entry: Chained<AllowanceEntry> | null) => [
  a.id,
  a.version,
  JSON.stringify({ ...Allowance.parse(a), schema: SCHEMA }),
  a.until + LISTED_OVER_MS,
  now,
  entry?.entry ?? "",
  entry?.beside ?? "",
  entry ? linkText(entry) : "",
  // What passed by it may need it for as long as it lasts, with all time that is added, unless it was withdrawn.
  a.until + (a.withdrawn ? 0 : (a.total ?? a.duration)) + LISTED_OVER_MS,
];

const keysOf = (
  { keys }: Options,
  { id, person, role, clusterRole, duration, period }: Allowance,
): string[] => [
  keys.allowance(id),
  keys.trail,
  keys.epoch,
  keys.allowing(person.id, role, `${clusterRole}:${duration}:${period}`),
  keys.texts,
];
