/** Keeps lockdowns in Redis: a signed value for each person and one for everybody, changed by compare-and-swap. */
import type { Redis, Result } from "ioredis";
import { Lockdown, Locked, UNREADABLE_LOCKDOWN } from "../policy/lockdown.ts";
import type { Keys } from "./keys.ts";
import { readText, UNREADABLE } from "./reading.ts";
import { guarded } from "./redis.ts";
import type { Signer } from "./signed.ts";
import { signEntry, type Tell, type TrailEntry } from "./trail.ts";

/** Writes the lockdown and its entry, if the field is still as it was read; `before` is empty where there was none. */
const REPLACE = `
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('XADD', KEYS[2], '*', 'entry', ARGV[4])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1`;

declare module "ioredis" {
  interface RedisCommander<Context> {
    replaceLockdown(
      lockdowns: string,
      trail: string,
      whom: string,
      before: string,
      after: string,
      entry: string,
    ): Result<number, Context>;
  }
}

/** The signed text by user id, or "everybody", as Redis or the hub's notes have it. */
export type SignedLockdowns = ReadonlyMap<Locked, string>;

const lockdownPlace = (whom: Locked): string => `lockdown:${whom}`;

/** Returns the signed text to keep. Throws Error without RECORDS_KEY. */
export const signLockdown = (signer: Signer, whom: Locked, lockdown: Lockdown): string =>
  signer.sign(lockdownPlace(whom), JSON.stringify(lockdown));

/** Returns null where there is none. One that cannot be read, or is signed by another, is returned as a lock. */
export function openLockdown(signer: Signer, whom: Locked, signed: string | undefined): Lockdown | null {
  if (signed === undefined) return null;
  const lockdown = readText(Lockdown, signer.open(lockdownPlace(whom), signed) ?? "");
  return lockdown === null || lockdown === UNREADABLE ? UNREADABLE_LOCKDOWN : lockdown;
}

/** Takes the fields of a hash, and leaves out those that name neither a person nor everybody. */
export const signedLockdowns = (fields: Record<string, string>): SignedLockdowns =>
  new Map(
    Object.entries(fields).flatMap(([name, text]) => {
      const whom = Locked.safeParse(name);
      return whom.success ? [[whom.data, text] as const] : [];
    }),
  );

/** Every method throws StoreAway. */
export function createLockdowns(redis: Redis, keys: Keys, { signer, tell }: { signer: Signer; tell: Tell }) {
  redis.defineCommand("replaceLockdown", { numberOfKeys: 2, lua: REPLACE });

  const readSigned = async (): Promise<SignedLockdowns> =>
    signedLockdowns(await guarded(redis.hgetall(keys.lockdowns)));

  return {
    readSigned,

    /** Returns the newest of each person and of everybody, those that were lifted too (`locked: false`). */
    async read(): Promise<Map<Locked, Lockdown>> {
      const read = new Map<Locked, Lockdown>();
      for (const [whom, signed] of await readSigned())
        read.set(whom, openLockdown(signer, whom, signed) ?? UNREADABLE_LOCKDOWN);
      return read;
    },

    /**
     * Writes a lockdown, or its end, together with its trail entry. `before` is the signed text that was read, undefined
     * where there was none. Returns false, and writes nothing, when somebody changed it since.
     */
    async replace(
      whom: Locked,
      before: string | undefined,
      lockdown: Lockdown,
      entry: TrailEntry,
    ): Promise<boolean> {
      const replaced = await guarded(
        redis.replaceLockdown(
          keys.lockdowns,
          keys.trail,
          whom,
          before ?? "",
          signLockdown(signer, whom, lockdown),
          signEntry(signer, entry),
        ),
      );
      if (replaced === 1) tell(entry);
      return replaced === 1;
    },
  };
}
