/** The lockdown in Redis: one flag, which the Lua of every change that leads to access looks at. */
import { z } from "zod";
import { Lockdown, type LockdownEntry } from "../domain/lockdown.ts";
import { unlockTold } from "../domain/mass-end.ts";
import { whoOf } from "../domain/operator.ts";
import { Refused } from "../domain/refusal.ts";
import type { Lockdowns } from "../flow/ports.ts";
import { type Chained, chained, type TrailLine } from "./chain.ts";
import { reading, writing } from "./failures.ts";
import { replicator } from "./replicate.ts";
import { defineScripts } from "./scripts.ts";
import type { Store } from "./store.ts";

const Lifted = z.coerce.number().int().default(0);

interface LockdownStore extends Pick<Store, "redis" | "keys" | "clock" | "cli"> {
  onChange(entry: LockdownEntry, line: TrailLine): void;
}

export function createLockdowns({ clock, onChange, ...store }: LockdownStore): Lockdowns {
  const { keys } = store;
  const redis = defineScripts(store.redis);
  const replicate = replicator(store);
  const changed = [keys.lockdown, keys.trail, keys.epoch, keys.texts];
  const entryOf = (entry: LockdownEntry) => chained(entry, undefined, store);
  /** A failover must not undo it. */
  const landed = async ({ whole, line }: Chained<LockdownEntry>) => {
    onChange(whole, line);
    await replicate();
  };
  return {
    async read() {
      const { record, lifted } = await reading(redis, () => redis.hgetall(keys.lockdown));
      return { standing: record ? parse(record) : null, lifted: Lifted.parse(lifted) };
    },
    async set(lockdown, ends) {
      const { at, by, reason, qualified } = lockdown;
      const entry = entryOf({
        ...{ lockdown: "began", at, who: whoOf(by), why: reason, said: reason, qualified },
      });
      const args = [at, JSON.stringify(lockdown), clock.now(), entry.entry, entry.beside];
      const end = [ends.id, JSON.stringify(ends)];
      const answer = await writing(redis, () =>
        redis.setLockdown(...changed, keys.massEnds, ...args, ...end),
      );
      if (answer === 0) return null;
      if (answer !== 1) return parse(answer);
      await landed(entry);
      return lockdown;
    },
    async lift(lockdown, who) {
      const { at: began } = lockdown;
      const { by, reason, qualified } = who;
      const now = clock.now();
      const entry = entryOf({
        ...{ lockdown: "lifted", at: now, who: whoOf(by), why: reason, said: reason, qualified, began },
      });
      const told = unlockTold(lockdown, who, now);
      const args = [began, now, entry.entry, entry.beside, told.id, JSON.stringify(told)];
      if ((await writing(redis, () => redis.liftLockdown(...changed, keys.massEnds, ...args))) !== 1)
        return false;
      await landed(entry);
      return true;
    },
  };
}

export function lockedDown(record: string): Refused {
  const { by, at, reason } = parse(record);
  return new Refused({ kind: "locked-down", by, at, reason });
}

const parse = (record: string): Lockdown => Lockdown.parse(JSON.parse(record));
