/** Keeps Redis and hub agreed on an epoch: Redis is raised first, then the hub told; a Redis behind the hub holds back new grants. */
import {
  confirmedEpoch,
  type EpochStep,
  epochStep,
  lackedEpoch,
  nextEpoch,
  type SeenEpoch,
  type StoredEpoch,
  wentBack,
} from "../../domain/epoch.ts";
import type { Anchored, EpochKeeper, Epochs, Ports } from "../ports.ts";
import type { HoldFound, Holds } from "../support/holds.ts";
import type { RecentAnchor } from "../support/recent-anchor.ts";

/** Others raise it at the same time. */
const TRIES = 5;

type Needs = Pick<Ports, "clock" | "log" | "admins" | "stopping"> & {
  epochs: Epochs;
  anchor: RecentAnchor;
  holds: Pick<Holds, "report">;
};

/** Both sides at one moment, and what they ask for. */
interface Look {
  hub: Anchored | null;
  redis: StoredEpoch;
  step: EpochStep;
}

export function createEpochKeeper(needs: Needs): EpochKeeper {
  const { clock, epochs, anchor, log, stopping } = needs;
  let seen: SeenEpoch = { at: 0, lasting: 0 };
  let before = 0;
  let failing = false;

  /** Redis as it is now, and the furthest it was seen before this was asked. */
  const readRedis = async () => {
    const known = seen;
    const redis = await epochs.read();
    if (!wentBack(redis, seen)) seen = redis;
    return { redis, known };
  };
  /** The hub first: what is raised in between is then not taken for a Redis that is behind. */
  const lookAt = async (asked: Promise<Anchored | null>): Promise<Look> => {
    const hub = await asked;
    const { redis, known } = await readRedis();
    const now = clock.now();
    const step = epochStep(hub?.epoch ?? 0, redis, known, now);
    const held = step.do === "hold";
    before = held ? confirmedEpoch(hubEpoch(hub, step), redis, now).before : redis.before;
    needs.holds.report("epoch", held ? [heldBy(redis)] : []);
    return { hub, redis, step };
  };
  const write = (epoch: number, from: Anchored | null): Promise<boolean> => anchor.write({ epoch }, from);
  /** Whether there is nothing left to do. */
  const settleOnce = async (): Promise<boolean> => {
    const { hub, redis, step } = await lookAt(anchor.now());
    if (step.do === "nothing") return true;
    if (step.do === "raise") {
      const at = nextEpoch(redis.at, clock.now());
      const to = { at, from: redis.at, before: redis.before };
      return (await epochs.raise(redis, to)) && (await write(at, hub));
    }
    if (step.do === "hold" && step.note) {
      await epochs.note(redis, step.note);
      return false;
    }
    if (step.tell !== null) return (await write(step.tell, hub)) && step.do === "tell";
    void needs.admins.tell({
      kind: "redis-behind",
      epoch: lackedEpoch(hub?.epoch ?? 0, redis),
      since: redis.at,
    });
    return true;
  };
  const settle = oneAtATime(async () => {
    // Also with the hub away: what Redis was seen to know is not taken back unnoticed.
    await readRedis();
    for (let tries = 0; tries < TRIES; tries++) if (await settleOnce()) return;
  });
  const trySettle = () =>
    settle().then(
      () => {
        failing = false;
      },
      (error: unknown) => {
        if (!failing && !stopping.aborted) log.warn({ err: error }, "the epoch is not settled; trying on");
        failing = true;
      },
    );

  return {
    before: () => before,
    settle: trySettle,
    look: async () => {
      const { redis, step } = await lookAt(anchor.recent());
      if (step.do !== "hold") return redis;
      // The hub first of all, where it is not told: another replica may not have seen what this one has.
      if (step.tell !== null || step.note) await settle();
      else void trySettle();
      // Should an administrator have gone on meanwhile: what was read before does not know from when on.
      return null;
    },
    confirm: async (epoch, by) => {
      for (let tries = 0; tries < TRIES; tries++) {
        const { hub, redis, step } = await lookAt(anchor.now());
        if (step.do !== "hold" || (epoch !== null && epoch !== lackedEpoch(hub?.epoch ?? 0, redis)))
          return false;
        const at = clock.now();
        const to = confirmedEpoch(hubEpoch(hub, step), redis, at);
        const confirmed = { restore: "confirmed", at, ...by, before: to.before } as const;
        if (!(await epochs.raise(redis, to, confirmed))) continue;
        // Should this be lost, the next look tells the hub.
        await write(to.at, hub);
        await lookAt(anchor.now());
        return true;
      }
      return false;
    },
  };
}

/** What the hub remembers, or will. */
const hubEpoch = (hub: Anchored | null, step: EpochStep): number =>
  Math.max(hub?.epoch ?? 0, "tell" in step ? (step.tell ?? 0) : 0);

const heldBy = ({ at }: StoredEpoch): HoldFound => ({
  cause: "redis-behind",
  message:
    at === 0
      ? "Redis is empty, and the hub remembers that it was not"
      : `Redis is older than the hub: it ends at ${new Date(at).toISOString()}`,
  fix: "Restore the newest copy of Redis there is. Where this one is to be kept: an administrator presses Go on in the bot's message to them, or run npm run grants -- confirm-restore",
});

/** Work asked for while it runs is done once more afterwards: it may have come too late for what runs. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = () => {
    running = work().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (!running) return next ?? start();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = null;
        return start();
      });
    return next;
  };
}
