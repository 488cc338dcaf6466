/**
 * Keeps lockdowns in Redis. An entry, one for each person and one for everybody, locks until a signed unlock names it. An
 * unlock is kept under the hash of the entry's text.
 */
import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import {
  Lockdown,
  type LockdownEntries,
  type Lockdowns,
  type Locked,
  lockdownEntries,
  UNKNOWN_LOCKDOWN,
} from "../policy/lockdown.ts";
import type { Keys } from "./keys.ts";
import { orNull, readText } from "./reading.ts";
import { guarded } from "./redis.ts";
import type { Signer } from "./signed.ts";
import { MARK_SECONDS, signEntry, type Tell, type TrailEntry } from "./trail.ts";

const UNLOCK_SECONDS = 30 * 24 * 3600;

const LOCK = `
redis.call('XADD', KEYS[2], '*', 'entry', ARGV[3])
redis.call('SET', KEYS[3], '1', 'EX', ${MARK_SECONDS})
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])`;

/** Each key from the third is an unlock's; ARGV has its text, and before it the entry that it names. */
const UNLOCK = `
redis.call('XADD', KEYS[2], '*', 'entry', ARGV[2])
for i = 3, #KEYS do
  redis.call('SET', KEYS[i], ARGV[2 * i - 2], 'EX', ${UNLOCK_SECONDS})
  if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2 * i - 3] then redis.call('HDEL', KEYS[1], ARGV[1]) end
end`;

const REPLACE = `
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end`;

export interface LockdownEntry extends Lockdown {
  text: string;
  hash: string;
}
export type HeldLockdowns = Lockdowns<LockdownEntry>;

/** The trail has each entry once, by this name. */
export const lockdownMark = (hash: string): string => `lockdown:${hash}`;

const hashFor = (whom: Locked, text: string): string =>
  createHash("sha256").update(`${whom}\n${text}`).digest("hex");
const entryPlace = (whom: Locked): string => `lockdown:${whom}`;
const unlockPlace = (hash: string): string => `unlock:${hash}`;

/** Every method throws StoreAway, except `sign`. */
export function createLockdowns(redis: Redis, keys: Keys, { signer, tell }: { signer: Signer; tell: Tell }) {
  const open = (place: string, signed: string | null): Lockdown | null =>
    orNull(readText(Lockdown, signer.open(place, signed ?? "")));
  const sign = (whom: Locked, lockdown: Lockdown): string =>
    signer.sign(entryPlace(whom), JSON.stringify(lockdown));
  const unlockKey = (hash: string): string => keys.kept(unlockPlace(hash));

  /** Returns the unlock that names the entry with this hash; null: there is none that this bot signed. */
  const readUnlock = async (hash: string): Promise<Lockdown | null> =>
    open(unlockPlace(hash), (await guarded(redis.mget(unlockKey(hash))))[0] ?? null);

  return {
    /** Returns an entry's text. Throws Error without RECORDS_KEY. */
    sign,
    readUnlock,

    readEntries: async (): Promise<LockdownEntries> =>
      lockdownEntries(await guarded(redis.hgetall(keys.lockdowns))),

    /** Returns the entries, of Redis or the hub, that no unlock names. */
    async held(entries: LockdownEntries): Promise<HeldLockdowns> {
      const held = new Map<Locked, LockdownEntry>();
      for (const [whom, text] of entries) {
        const hash = hashFor(whom, text);
        const lockdown = open(entryPlace(whom), text) ?? UNKNOWN_LOCKDOWN;
        if (!(await readUnlock(hash))) held.set(whom, { ...lockdown, text, hash });
      }
      return held;
    },

    /** Writes an entry with its trail entry. Returns its text. */
    async lock(whom: Locked, lockdown: Lockdown, entry: TrailEntry): Promise<string> {
      const text = sign(whom, lockdown);
      const mark = keys.kept(lockdownMark(hashFor(whom, text)));
      const names = [keys.lockdowns, keys.trail, mark];
      await guarded(redis.eval(LOCK, names.length, ...names, whom, text, signEntry(signer, entry)));
      tell(entry);
      return text;
    },

    /** Writes an unlock of each entry with the trail entry. Deletes the entry in Redis if it is one of them. */
    async unlock(whom: Locked, texts: string[], unlock: Lockdown, entry: TrailEntry): Promise<void> {
      const hashes = texts.map((text) => hashFor(whom, text));
      const pairs = hashes.flatMap((hash, i) => [
        texts[i] ?? "",
        signer.sign(unlockPlace(hash), JSON.stringify(unlock)),
      ]);
      const names = [keys.lockdowns, keys.trail, ...hashes.map(unlockKey)];
      await guarded(redis.eval(UNLOCK, names.length, ...names, whom, signEntry(signer, entry), ...pairs));
      tell(entry);
    },

    /** Writes `after` in the place of `before`, unless the entry was changed since it was read; empty: no entry. */
    replace: (whom: Locked, before = "", after = ""): Promise<unknown> =>
      guarded(redis.eval(REPLACE, 1, keys.lockdowns, whom, before, after)),
  };
}
