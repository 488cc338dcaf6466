/** Redis goes back in the very moment in which a replica raises the epoch: what the hub was told of it stays so. Found by epoch.property.test.ts, seed 903162467. */
import { beforeEach, expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import type { StoredEpoch } from "../../src/domain/epoch.ts";
import { createEpochKeeper } from "../../src/flow/agree/keep-epoch.ts";
import type { Anchored, Epochs } from "../../src/flow/ports.ts";
import { createHolds } from "../../src/flow/support/holds.ts";
import { recentAnchor } from "../../src/flow/support/recent-anchor.ts";

const log = { info() {}, warn() {}, error() {} };
const EARLIER: StoredEpoch = { at: 0, from: 0, changes: 1, lasting: 0, covered: 0, before: 0 };

const clock = stillClock(Date.UTC(2026, 10, 2, 9));
let redis: StoredEpoch;
let hub: Anchored | null;

beforeEach(() => {
  clock.jump(MINUTE);
  redis = { ...EARLIER, lasting: 1 };
  hub = null;
});

/** `asked`: awaited after the hub was asked, and `read` after Redis was, before anything follows from it. */
function replica({ asked = async () => {}, read = async () => {} } = {}) {
  const stopping = new AbortController().signal;
  const holds = createHolds({ clock, log });
  const epochs: Epochs = {
    read: async () => {
      const found = redis;
      await read();
      return found;
    },
    raise: async (seen, to) => {
      if (redis.at !== seen.at || redis.lasting < seen.lasting) return false;
      redis = { ...redis, ...to, covered: redis.lasting, changes: 0 };
      return true;
    },
  };
  const anchor = recentAnchor(
    { clock, stopping },
    {
      read: async () => {
        const found = hub;
        await asked();
        return found;
      },
      write: async ({ epoch = 0 }, from) => {
        if (hub?.version !== from?.version) return false;
        const version = String(Number(hub?.version ?? 0) + 1);
        hub = { epoch, version, lockdown: null, seal: null, ended: [] };
        return true;
      },
    },
  );
  const keeper = createEpochKeeper({
    ...{ clock, log, holds, epochs, anchor, stopping },
    admins: { tell: async () => true },
  });
  return { ...keeper, isHeld: () => holds.all().length > 0 };
}

test("told the hub while another, which had asked it before, raises Redis: it is held, by whoever starts then too", async () => {
  const sees = replica();
  // It has seen what is lasting, and its look fails.
  await sees.settle();
  [redis, hub] = [{ ...EARLIER }, null];
  const { promise, resolve } = Promise.withResolvers<void>();
  let looks = 0;
  const raises = replica({ asked: () => (looks++ === 0 ? promise : Promise.resolve()) });
  const raising = raises.settle();
  await sees.settle();
  expect(sees.isHeld()).toBe(true);
  clock.jump(1);
  resolve();
  await raising;
  expect(await replica().look()).toBeNull();
  expect(await raises.look()).toBeNull();
  expect(await sees.look()).toBeNull();
});

test("between a replica's look at Redis and its raise: it raises nothing, and holds", async () => {
  let reads = 0;
  const goesBack = async () => {
    reads += 1;
    // What it goes by when it raises it; the first only remembers.
    if (reads === 2) redis = { ...EARLIER };
  };
  const one = replica({ read: goesBack });
  await one.settle();
  expect(one.isHeld()).toBe(true);
  expect(redis.at).toBe(0);
  expect(await replica().look()).toBeNull();
});
