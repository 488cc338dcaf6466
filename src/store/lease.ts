/** A lease in Redis: one holder a name across all replicas, renewed while held, given up in good time when it cannot be. */
import { randomUUID } from "node:crypto";
import type { RequestId } from "../domain/ids.ts";
import { type Held, type Lease, LeaseLost } from "../flow/ports.ts";
import { writing } from "./failures.ts";
import type { Keys } from "./keys.ts";
import { standingIn } from "./look.ts";
import type { Client } from "./open.ts";
import { read } from "./record.ts";
import { defineScripts } from "./scripts.ts";
import { createSeen, type Seen, type Standing } from "./seen.ts";

export interface LeaseTimes {
  /** How long Redis keeps it without a renewal. */
  ttl: number;
  renewEvery: number;
  /** The signal aborts this long before the lease could be another's: a hub call may still be under way. */
  margin: number;
}

/** Another replica takes over what a dead one held after `ttl`; a hub call may take 5 s of the margin. */
export const LEASE_TIMES: LeaseTimes = { ttl: 12_000, renewEvery: 2000, margin: 6000 };

/** `onTakenOver`: told of a lease that its last holder, dead or cut off, did not give back. `seen`: of the records. */
export function createLease(
  redis: Client,
  keys: Keys,
  times: LeaseTimes = LEASE_TIMES,
  onTakenOver: (name: string) => void = () => {},
  seen: Seen = createSeen(),
): Lease {
  defineScripts(redis);
  /** The record of that name, where there is one, is read by the call that takes the lease. */
  async function hold<T>(
    name: string,
    work: (held: Held, standing: Standing | null) => Promise<T>,
  ): Promise<{ done: T } | null> {
    const [key, mark] = [keys.lease(name), keys.leased(name)];
    const holder = randomUUID();
    const asked = moment();
    const record = keys.request(name as RequestId);
    const giveBack = () => writing(redis, () => redis.returnLease(key, mark, holder)).catch(() => {});
    const got = await writing(redis, () => redis.takeLease(key, mark, record, holder, times.ttl)).catch(
      (error: unknown) => {
        // It may have been taken all the same, or will be: behind that it is given back.
        void giveBack();
        throw error;
      },
    );
    if (got === 0) return null;
    const [taken, json, chain] = got;
    const isTakenOver = taken === 2;
    if (isTakenOver) onTakenOver(name);
    const keeper = keep(times, asked, () =>
      writing(redis, () => redis.renewLease(key, mark, holder, times.ttl)),
    );
    try {
      const { signal, assertHeld } = keeper;
      return { done: await work({ signal, assertHeld, isTakenOver }, standingIn(json, chain)) };
    } finally {
      keeper.stop();
      // When this fails, it runs out by itself.
      await giveBack();
    }
  }
  return {
    hold,
    holdRequest: (id, work) =>
      hold(id, async (held, standing) => {
        if (standing) seen.see(id, standing);
        return work(standing && read(id, standing.json).request, held);
      }),
  };
}

/** By both clocks: the one that no correction moves stands still while the machine is suspended. */
const moment = () => ({ elapsed: performance.now(), wall: Date.now() });

const since = (then: ReturnType<typeof moment>): number => {
  const now = moment();
  return Math.max(now.elapsed - then.elapsed, now.wall - then.wall);
};

/** Renews until stopped. `asked`: when the lease was asked for; Redis counts from no earlier. */
function keep(
  { ttl, renewEvery, margin }: LeaseTimes,
  asked: ReturnType<typeof moment>,
  renew: () => Promise<unknown>,
) {
  const ended = new AbortController();
  let renewed = asked;
  let asking = false;
  const lose = () => {
    stop();
    ended.abort(new LeaseLost("The lease was lost."));
  };
  const isOver = () => since(renewed) >= ttl - margin;
  const look = async () => {
    if (isOver()) return lose();
    if (asking || since(renewed) < renewEvery) return;
    asking = true;
    const now = moment();
    const answer = await renew().catch(() => "unknown");
    asking = false;
    if (answer === 1) renewed = now;
    if (answer === 0) lose();
  };
  // Looks more often than it renews, so that a failed renewal is tried again well before the margin.
  const timer = setInterval(look, renewEvery / 10);
  const stop = () => clearInterval(timer);
  // Whoever wakes is answered before any timer of theirs runs.
  const assertHeld = () => {
    if (isOver()) lose();
    ended.signal.throwIfAborted();
  };
  return { signal: ended.signal, assertHeld, stop };
}
