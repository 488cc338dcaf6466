/** Redis and hub agree on an epoch, raised in Redis first: a Redis behind the hub was restored from a copy, or emptied. Pure. */
import { DAY, MINUTE, SECOND } from "./duration.ts";
import { type AccessRequest, type Former, isRenewal } from "./request.ts";

/** What stands in Redis. Empty: all zero. */
export interface StoredEpoch {
  /** The epoch: raised only by who has just seen that the hub is not ahead; never below the time of its rise, ms. */
  at: number;
  /** What it was raised from, and the hub's last, where an administrator went on over that; `at` where that is not known. */
  from: number;
  /** Changes of records since. */
  changes: number;
  /** Lasting changes, counted for ever. */
  lasting: number;
  /** How many of those the epoch covers. */
  covered: number;
  /** What was asked for by then may have ended since, for all that this Redis knows: it is not provisioned. 0: nothing. */
  before: number;
  /** While behind the hub it ended something: what the hub is told of that, so that no newer copy in its place passes for the present. */
  told: number;
  /** The hub's epoch when that was noted. */
  over: number;
  /** The hub's last that it had not told itself: what it is behind. */
  lacks: number;
}

/** What a Redis that is behind notes, and then tells the hub. */
export type Doubt = Pick<StoredEpoch, "told" | "over" | "lacks">;

/** What it is raised to. */
export type Risen = Pick<StoredEpoch, "at" | "from" | "before">;

/** The furthest that one process has seen Redis. */
export type SeenEpoch = Pick<StoredEpoch, "at" | "lasting">;

/** What the trail keeps of whoever goes on with a Redis that is behind the hub. */
export interface RestoreConfirmed {
  restore: "confirmed";
  at: number;
  /** As in Transition. */
  who: string;
  /** The administrators' group or user id; `operator` of who is none. */
  qualified: string;
  /** What was asked for by then is not granted any more, ms since the epoch. */
  before: number;
}

/** `hold`: Redis went back; `tell` is what the hub must be told, so that nobody forgets it, and `note` what Redis notes before that. */
export type EpochStep =
  | { do: "hold"; tell: number | null; note?: Doubt }
  | { do: "raise" }
  | { do: "tell"; tell: number }
  | { do: "nothing" };

/** `hub`: what it remembers, 0 where that is nothing; read before Redis, or a rise in between would look like a Redis that is behind. */
export function epochStep(hub: number, redis: StoredEpoch, seen: SeenEpoch, now: number): EpochStep {
  if (hub > redis.at) return { do: "hold", tell: null, ...behind(hub, redis, now) };
  // Whoever raised it had asked the hub before that was told; Redis went back in between.
  const isMissed = hub > redis.from && hub < redis.at;
  if (isMissed || wentBack(redis, seen))
    return { do: "hold", tell: doubt(Math.max(now, seen.at, redis.at + 1)) };
  if (redis.lasting !== redis.covered) return { do: "raise" };
  if (redis.changes > 0 && Math.abs(now - redis.at) >= MINUTE) return { do: "raise" };
  return hub === redis.at ? { do: "nothing" } : { do: "tell", tell: redis.at };
}

/** Noted in Redis first: all replicas then tell the same, and whatever ends next is a doubt of its own. */
function behind(hub: number, redis: StoredEpoch, now: number): { tell: number } | { note: Doubt } | null {
  if (redis.lasting > redis.covered && isOurs(hub, now))
    return { note: { told: doubt(Math.max(now, hub + 1)), over: hub, lacks: lackedEpoch(hub, redis) } };
  return hub === redis.over && redis.told > hub ? { tell: redis.told } : null;
}

/** The hub's last that Redis does not know of: what it told the hub itself, it knows. */
export const lackedEpoch = (hub: number, { told, over, lacks }: Doubt): number =>
  hub === told || hub === over ? lacks : hub;

/** Nobody has raised it beyond the time by so much: what is written there is not ours. */
const isOurs = (hub: number, now: number): boolean => hub <= now + DAY;

/** Where the epoch is another, whoever raised it had asked the hub. */
export const wentBack = (redis: SeenEpoch, seen: SeenEpoch): boolean =>
  redis.at < seen.at || (redis.at === seen.at && redis.lasting < seen.lasting);

/** Even, ms. */
export const nextEpoch = (at: number, now: number): number => 2 * Math.ceil(Math.max(at + 1, now) / 2);

/** What the hub is told of a Redis that went back: odd, and so never what another raises that Redis to in the same moment. */
const doubt = (least: number): number => 2 * Math.floor(least / 2) + 1;

/** Replicas' clocks follow the hub's, to the two seconds that its `Date` tells. */
const CLOCKS_MS = 5 * SECOND;

/** An administrator goes on with this Redis: the epoch from then on, and until when what was asked for is not to be trusted. */
export function confirmedEpoch(hub: number, redis: StoredEpoch, now: number): Risen {
  const ours = isOurs(hub, now);
  // A copy is older than the rise that it lacks; what came after that rise is not of the copy.
  const before = Math.max(redis.before, ours ? lackedEpoch(hub, redis) + CLOCKS_MS : now);
  const from = Math.max(redis.at, ours ? hub : 0);
  return { at: nextEpoch(from, now), from, before };
}

/** A new token is asked for anew, of what was seen to stand. */
export const isDoubtful = (
  { requestedAt, former }: Pick<AccessRequest, "requestedAt"> & { former?: readonly Former[] | undefined },
  { before }: Pick<StoredEpoch, "before">,
): boolean => Math.max(requestedAt, former?.findLast(({ unseen }) => !unseen)?.at ?? 0) <= before;

/**
 * Nothing may undo it, and the older record does not say it. An end whose time was over is not among them: no older
 * record has a later one. It may have an earlier one, from before more time was given: such a record asks the hub before
 * it ends.
 */
export function isLasting(before: AccessRequest, after: AccessRequest): boolean {
  if (before.state === after.state) return false;
  // Of one that never began, the end is the first that is heard of it.
  if (after.state === "ending" || (before.state === "scheduled" && after.state === "ended"))
    return after.end.cause !== "expired";
  // What its holder gave up: the older record has that token as the grant's.
  if (isRenewal({ from: before.state, to: after.state })) return true;
  return after.state === "denied" || after.state === "withdrawn";
}
