/** Changing records: each function lands whole in one Lua call, or changes nothing. */

import { transition } from "../domain/audit.ts";
import { isSettled } from "../domain/faces.ts";
import type { RequestId } from "../domain/ids.ts";
import { Refused } from "../domain/refusal.ts";
import { type AccessRequest, isFinal } from "../domain/request.ts";
import type { In, Made } from "../flow/ports.ts";
import { writing } from "./failures.ts";
import { get, getJson } from "./look.ts";
import { read, write } from "./record.ts";
import { run } from "./script.ts";
import { ADOPT, MAKE, SWAP } from "./scripts.ts";
import type { Store } from "./store.ts";
import { KEEP_TRAIL } from "./trail.ts";

const HOUR = 3_600_000;
const KEEP_TRIGGER = HOUR;
const KEEP_SETTLED = 90 * 24 * HOUR;

export async function make(store: Store, request: In<"requested">, triggerId: string): Promise<Made> {
  const keys = [...keysOf(store, request), store.keys.trigger(triggerId)];
  const { args, entry } = birth(store, request);
  const answer = await writing(store.redis, () => run(store.redis, MAKE, keys, [...args, KEEP_TRIGGER]));
  const [taken, id] = answer as ["made" | "trigger" | "open" | "id", RequestId];
  if (taken === "made") {
    if (entry) store.onTransition(entry);
    return { made: true, request };
  }
  if (taken === "id") throw new Error(`There is a request ${id} already: ids are random, ask again.`);
  const standing = await get(store, id);
  if (!standing) throw new Error(`Request ${id} is reserved, but has no record.`);
  return { made: false, taken, request: standing };
}

export async function adopt(store: Store, request: In<"active">): Promise<boolean> {
  const { args, entry } = birth(store, request);
  const landed = await writing(store.redis, () => run(store.redis, ADOPT, keysOf(store, request), args));
  if (landed === 1 && entry) store.onTransition(entry);
  return landed === 1;
}

function birth({ clock }: Store, request: AccessRequest) {
  const now = clock.now();
  const entry = transition(null, request, now);
  const { id, version, requestedAt } = request;
  return {
    entry,
    args: [id, version, write(request), requestedAt, now, KEEP_TRAIL, JSON.stringify(entry)],
  };
}

export async function update(
  store: Store,
  id: RequestId,
  change: (request: AccessRequest) => AccessRequest | null,
): Promise<AccessRequest> {
  let json = await getJson(store, id);
  while (json !== null) {
    const before = read(id, json);
    const changed = change(before);
    if (changed === null) return before;
    const after = { ...changed, version: before.version + 1 };
    const standing = await swap(store, before, after);
    if (standing === "landed") return after;
    json = standing.json;
  }
  throw new Refused({ kind: "unknown-request", id });
}

async function swap(store: Store, before: AccessRequest, after: AccessRequest) {
  const now = store.clock.now();
  const entry = transition(before, after, now);
  const args = [
    after.id,
    after.version,
    write(after),
    before.version,
    isFinal(after) ? 1 : 0,
    isSettled(after) ? 1 : 0,
    KEEP_SETTLED,
    now,
    KEEP_TRAIL,
    entry ? JSON.stringify(entry) : "",
  ];
  const answer = await writing(store.redis, () => run(store.redis, SWAP, keysOf(store, before), args));
  // A lost race brings the winner's record along: no second look is needed.
  if (answer !== 1) return { json: answer as string | null };
  if (entry) store.onTransition(entry);
  return "landed";
}

const keysOf = ({ keys }: Store, { id, requester, role }: AccessRequest): string[] => [
  keys.request(id),
  keys.trail,
  keys.unsettled,
  keys.open(requester.id, role),
  keys.person(requester.id),
];
