/** What a grant under way is told of a lockdown that is lifted just then. Found by lockdown.property.test.ts, seed -1888192914. */
import { expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import type { Lockdown, StoredLockdown } from "../../src/domain/lockdown.ts";
import { createLockdownKeeper } from "../../src/flow/agree/keep-lockdown.ts";
import type { Lockdowns } from "../../src/flow/ports.ts";
import { createHolds } from "../../src/flow/support/holds.ts";
import { recentAnchor } from "../../src/flow/support/recent-anchor.ts";
import { approver } from "../domain/records.ts";

const log = { info() {}, warn() {}, error() {} };
const lockdown = (at: number): Lockdown => ({ by: approver, qualified: "S0ADMINS", reason: "a theft", at });

test("Redis went back to an earlier lockdown, which is lifted beside the look: the later one, which the hub knows of, stands", async () => {
  const clock = stillClock(Date.UTC(2026, 10, 2, 9));
  const stopping = new AbortController().signal;
  let redis: StoredLockdown = { standing: lockdown(4), lifted: 0 };
  const lockdowns: Lockdowns = {
    read: async () => {
      const found = redis;
      if (found.standing?.at === 4) redis = { standing: null, lifted: 4 };
      return found;
    },
    set: async (one) => {
      redis = { ...redis, standing: one };
      return one;
    },
    lift: async () => false,
  };
  const hub = { epoch: 0, lockdown: lockdown(8), seal: null, ended: [], version: "1" };
  const anchor = recentAnchor(
    { clock, stopping },
    { read: async () => hub, write: () => Promise.reject(new Error("nothing is told")) },
  );
  const holds = createHolds({ clock, log });
  const keeper = createLockdownKeeper({ log, holds, stopping, lockdowns, anchor });
  expect(await keeper.look()).not.toBeNull();
  await keeper.settle();
  expect((await keeper.look())?.at).toBe(8);
});
