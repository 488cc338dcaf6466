/** An administrator stops all access: from the flag on nothing is granted, and every grant ends; and lifts it again. */
import type { UserId } from "../../domain/ids.ts";
import type { Lockdown } from "../../domain/lockdown.ts";
import { massEndOf } from "../../domain/mass-end.ts";
import { whoOf } from "../../domain/operator.ts";
import { Refused } from "../../domain/refusal.ts";
import type { LockdownSet, Ports } from "../ports.ts";
import { assertAdmin } from "../support/admin.ts";
import { assertUnlocked } from "../support/locked.ts";
import { outdateHomes } from "../support/outdate-homes.ts";
import { unlessSlept } from "../support/unless-slept.ts";
import { fallbackExpiry } from "../watch/fallback-expiry.ts";
import { beginMassEnd, carryOutMassEnds } from "./mass-end.ts";

export interface LockingDown {
  by: UserId;
  reason: string;
}

export interface LockedDown extends LockdownSet {
  onHub: boolean;
}

/** Throws Refused, SlackBusy. */
export const lockDown = async (ports: Ports, { by, reason }: LockingDown): Promise<LockedDown> =>
  lockDownAs(ports, { ...(await assertAdmin(ports, by, "lock down")), reason });

/** Each of Redis and hub does alone; that only one knows of it is said. Throws Refused. */
export async function lockDownAs(ports: Ports, who: Omit<Lockdown, "at">): Promise<LockedDown> {
  const draft = { ...who, at: ports.clock.now() };
  const set = await ports.lockdown.set(draft);
  void outdateHomes(ports);
  const { lockdown, inRedis, before } = set;
  // What came to stand past one that stood already ends with it.
  const began = before ? beginMassEnd(ports, { ...massEndOf(lockdown), quiet: true }) : undefined;
  if (inRedis && !before) void carryOutMassEnds(ports).catch((error: unknown) => logEnds(ports, error));
  // Whoever made it stand is told what became of it; that its ends are not stored, the sweep mends.
  const [onHub] = await Promise.all([ports.lockdown.tell(lockdown), began?.catch(() => {})]);
  if (!inRedis && !onHub) throw new Refused({ kind: "not-locked-down" });
  // A Redis that is back by now learns it; without records the hub alone ends what stands.
  if (!inRedis) {
    await ports.lockdown.settle();
    await fallbackExpiry(ports, ports.stopping).catch((error: unknown) => logEnds(ports, error));
  }
  ports.log.warn({ by: whoOf(who.by), inRedis, onHub, at: lockdown.at }, "all access is locked down");
  return { ...set, onHub };
}

const logEnds = ({ log }: Ports, error: unknown): void =>
  log.error({ err: error }, "locked down, and nothing is ended yet; trying on");

export interface Unlocked {
  lockdown: Lockdown;
  /** Until the hub has forgotten it too, nothing is granted. */
  onHub: boolean;
}

/** Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
export async function unlock(ports: Ports, { by, reason }: LockingDown): Promise<Unlocked> {
  // Before it is looked up who this is: a later one, of whoever took them out of the administrators, is not meant.
  const meant = standing(ports);
  await meant.catch(() => {});
  return unlessSlept(ports, async (assertAwake) => {
    // It leads to access again.
    const who = await assertAdmin(ports, by, "unlock", "decide");
    const lockdown = await meant;
    assertAwake();
    return lift(ports, lockdown, { ...who, reason });
  });
}

/** Throws Refused, StoreDown, StoreUnsure. */
export const unlockAs = async (ports: Ports, who: Omit<Lockdown, "at">): Promise<Unlocked> =>
  lift(ports, await standing(ports), who);

/** Throws Refused, also where another stands by now. */
async function lift(ports: Ports, lockdown: Lockdown | null, who: Omit<Lockdown, "at">): Promise<Unlocked> {
  if (!lockdown || !(await ports.lockdown.lift(lockdown, who))) {
    await assertUnlocked(ports);
    throw new Refused({ kind: "not-locked" });
  }
  void outdateHomes(ports);
  const onHub = await ports.lockdown.settle();
  ports.log.warn({ by: whoOf(who.by), onHub, at: lockdown.at }, "the lockdown is lifted");
  return { lockdown, onHub };
}

const standing = async (ports: Ports): Promise<Lockdown | null> =>
  (await ports.lockdown.standing()) ?? onlyOnHub(ports);

/** A Redis that lost it learns it first. Throws Refused where the hub does not say whether it remembers one. */
async function onlyOnHub({ lockdown }: Ports): Promise<Lockdown | null> {
  const isSettled = await lockdown.settle();
  const found = await lockdown.standing();
  if (!found && !isSettled) throw new Refused({ kind: "lock-unknown" });
  return found;
}
