/** Keeps Redis and hub agreed on a lockdown: where only one of both knows of it, it stands, and the other is told. */
import { type Lockdown, lockdownStep, type StoredLockdown } from "../../domain/lockdown.ts";
import { massEndOf } from "../../domain/mass-end.ts";
import { isOperator, whoOf } from "../../domain/operator.ts";
import {
  type Anchored,
  isStoreAway,
  type LockdownKeeper,
  type LockdownSet,
  type Lockdowns,
  type Ports,
  StoreUnsure,
  TroubleOutside,
} from "../ports.ts";
import type { HoldFound, Holds } from "../support/holds.ts";
import type { RecentAnchor } from "../support/recent-anchor.ts";

/** Others write to the same object. */
const TRIES = 5;

type Needs = Pick<Ports, "log" | "stopping"> & {
  lockdowns: Lockdowns;
  anchor: RecentAnchor;
  holds: Pick<Holds, "report">;
};

export function createLockdownKeeper(needs: Needs): LockdownKeeper {
  const { log, stopping, lockdowns, anchor } = needs;
  let failing = false;
  let lifted = 0;

  const readRedis = async (): Promise<StoredLockdown> => {
    const stored = await lockdowns.read();
    lifted = Math.max(lifted, stored.lifted);
    needs.holds.report("lockdown", stored.standing ? [heldBy(stored.standing)] : []);
    return stored;
  };
  /** Whether there is nothing left to do. The hub first: what is lifted in between is then not learnt again. */
  const settleOnce = async (): Promise<boolean> => {
    const anchored = await anchor.now();
    const step = lockdownStep(anchored?.lockdown ?? null, await readRedis());
    if (step.do === "nothing") return true;
    if (step.do === "learn") await learn(step.lockdown);
    else await write(step.do === "tell" ? step.lockdown : null, anchored);
    return false;
  };
  const learn = async (lockdown: Lockdown): Promise<void> => {
    if ((await lockdowns.set(lockdown, { ...massEndOf(lockdown), quiet: true }))?.at === lockdown.at)
      log.warn({ at: lockdown.at }, "Redis did not know of the lockdown; learnt from the hub");
  };
  const write = (lockdown: Lockdown | null, from: Anchored | null): Promise<boolean> =>
    anchor.write({ lockdown }, from);
  const settle = async (): Promise<void> => {
    for (let tries = 0; tries < TRIES; tries++) if (await settleOnce()) return;
    throw new TroubleOutside("hub", "Redis and hub do not come to agree on the lockdown");
  };
  const trySettle = () =>
    settle().then(
      () => {
        failing = false;
        return true;
      },
      (error: unknown) => {
        if (!failing && !stopping.aborted) log.warn({ err: error }, "the lockdown is not settled; trying on");
        failing = true;
        return false;
      },
    );
  /** Above what was lifted last: this machine's clock may be behind another's. */
  const numbered = (draft: Lockdown): Lockdown => ({ ...draft, at: Math.max(draft.at, lifted + 1) });
  const setInRedis = async (draft: Lockdown): Promise<LockdownSet> => {
    for (let tries = 0; tries < TRIES; tries++) {
      await readRedis();
      const mine = numbered(draft);
      const lockdown = await lockdowns.set(mine, massEndOf(mine));
      if (lockdown) return { lockdown, inRedis: true, before: lockdown !== mine };
    }
    throw new StoreUnsure("other lockdowns come and go");
  };

  return {
    standing: async () => (await readRedis()).standing,
    onHub: async () => (await anchor.now())?.lockdown ?? null,
    look: async () => {
      const anchored = await anchor.recent();
      const stored = await readRedis();
      const agree = lockdownStep(anchored?.lockdown ?? null, stored).do === "nothing";
      // That the hub is not told yet opens nothing; and should this one be lifted now, the hub may know of a later one.
      if (stored.standing && !agree) void trySettle();
      if (stored.standing || agree) return stored.standing;
      await settle();
      return (await readRedis()).standing;
    },
    settle: trySettle,
    set: (draft) =>
      setInRedis(draft).catch((error: unknown) => {
        if (!isStoreAway(error)) throw error;
        return { lockdown: numbered(draft), inRedis: false, before: false };
      }),
    tell: async (lockdown) => {
      for (let tries = 0; tries < TRIES; tries++) {
        const anchored = await anchor.now().catch(() => undefined);
        if (anchored === undefined) return false;
        if ((anchored?.lockdown?.at ?? 0) >= lockdown.at) return true;
        if (await write(lockdown, anchored).catch(() => false)) return true;
      }
      return false;
    },
    lift: (lockdown, by) => lockdowns.lift(lockdown, by),
  };
}

const heldBy = ({ by, at, reason }: Lockdown): HoldFound => ({
  cause: "lockdown",
  message: `${isOperator(by) ? whoOf(by) : `${by.name} (${by.id})`} locked all access down at ${new Date(at).toISOString()}: ${reason}`,
  fix: "When it is safe again, an administrator lifts it: the unlock command in Slack, with a reason",
});
