/** Redis goes back in the very moment in which a replica raises the epoch: what the hub was told of it stays so. Found by epoch.property.test.ts, seed 903162467. */
import { beforeEach, expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import type { StoredEpoch } from "../../src/domain/epoch.ts";
import { createEpochKeeper } from "../../src/flow/agree/keep-epoch.ts";
import type { Anchored, Epochs } from "../../src/flow/ports.ts";
import { createHolds } from "../../src/flow/support/holds.ts";
import { recentAnchor } from "../../src/flow/support/recent-anchor.ts";
import { BY_HAND } from "../helpers/people.ts";

const log = { info() {}, warn() {}, error() {} };
const EARLIER: StoredEpoch = {
  ...{ at: 0, from: 0, changes: 1, lasting: 0, covered: 0, before: 0 },
  ...{ told: 0, over: 0, lacks: 0 },
};

const clock = stillClock(Date.UTC(2026, 10, 2, 9));
let redis: StoredEpoch;
let hub: Anchored | null;
/** It can be read alone. */
let isAway = false;

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
    note: async (seen, doubt) => {
      if (redis.at !== seen.at || redis.told !== seen.told || redis.lasting < seen.lasting) return false;
      redis = { ...redis, ...doubt, covered: seen.lasting };
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
        if (isAway) throw new Error("the hub is away");
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

/** It holds what the hub heard of last, and the copy that is started in its place does not. */
async function behind(): Promise<StoredEpoch> {
  await replica().settle();
  const newest = redis;
  redis = { ...EARLIER };
  return newest;
}
const ends = () => {
  redis = { ...redis, lasting: redis.lasting + 1 };
};

test("behind, and nothing ended there: the hub is told nothing, and a newer copy goes on by itself", async () => {
  const newest = await behind();
  const told = hub?.epoch;
  const one = replica();
  for (let looks = 0; looks < 3; looks++) await one.settle();
  expect(one.isHeld()).toBe(true);
  expect(hub?.epoch).toBe(told);
  redis = newest;
  await one.settle();
  expect(one.isHeld()).toBe(false);
});

test("behind, and something ended there: the hub is told once, by however many, and no newer copy passes for the present", async () => {
  const newest = await behind();
  const told = Number(hub?.epoch);
  const both = [replica(), replica()];
  ends();
  for (let looks = 0; looks < 3; looks++) {
    clock.jump(MINUTE);
    await Promise.all(both.map((one) => one.settle()));
  }
  expect(hub).toMatchObject({ epoch: redis.told, version: "2" });
  expect(redis).toMatchObject({ lacks: told, covered: redis.lasting, at: 0 });
  expect(Number(hub?.epoch) % 2).toBe(1);
  redis = newest;
  expect(await both[0]?.look()).toBeNull();
  expect(await replica().look()).toBeNull();
});

test("what ends there does not make more doubtful there, and the button that stands goes on with it", async () => {
  await behind();
  const lacks = Number(hub?.epoch);
  const one = replica();
  await one.settle();
  const before = one.before();
  for (let n = 0; n < 2; n++) {
    clock.jump(MINUTE);
    ends();
    await one.settle();
  }
  expect(one.before()).toBe(before);
  expect(hub).toMatchObject({ epoch: redis.told, version: "3" });
  expect(await one.confirm(lacks + 2, BY_HAND)).toBe(false);
  expect(await one.confirm(lacks, BY_HAND)).toBe(true);
  expect(redis.before).toBe(before);
  expect(one.isHeld()).toBe(false);
  expect(hub?.epoch).toBe(redis.at);
});

test("a copy of what is behind, from before it ended more: all that was asked for by then is doubtful", async () => {
  await behind();
  const one = replica();
  clock.jump(MINUTE);
  ends();
  await one.settle();
  const copied = redis;
  clock.jump(MINUTE);
  ends();
  await one.settle();
  expect(hub?.epoch).toBe(redis.told);
  redis = copied;
  expect(await replica().look()).toBeNull();
  await one.settle();
  expect(one.before()).toBeGreaterThan(Number(hub?.epoch));
});

test("noted, and the hub away before it heard of it: it is told later", async () => {
  const newest = await behind();
  ends();
  isAway = true;
  const one = replica();
  await one.settle();
  expect(hub?.epoch).toBeLessThan(redis.told);
  isAway = false;
  await one.settle();
  expect(hub?.epoch).toBe(redis.told);
  redis = newest;
  expect(await replica().look()).toBeNull();
});
