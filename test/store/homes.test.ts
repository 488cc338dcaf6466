/** Who opened their Home tab, and whose is to be drawn anew, for all replicas. */
import { Redis } from "ioredis";
import { afterAll, beforeEach, expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import { DAY } from "../../src/domain/duration.ts";
import { RequestId, UserId } from "../../src/domain/ids.ts";
import type { Homes } from "../../src/flow/ports.ts";
import { createHomes } from "../../src/store/homes.ts";
import { freshKeys, testRedis } from "../helpers/redis.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const [ALICE, BOB] = [UserId.parse("U0ALICE"), UserId.parse("U0BOB")];
const ID = RequestId.parse("R-7K2Q9FXT");
const NOTHING = { people: [], requests: [] };

let clock: ReturnType<typeof stillClock>;
let keys: ReturnType<typeof freshKeys>;
let here: Homes;
let there: Homes;

beforeEach(() => {
  clock = stillClock();
  keys = freshKeys();
  const options = { redis: redis.commands, keys, clock };
  [here, there] = [createHomes(options), createHomes(options)];
});

test("who opened theirs is known to all replicas, for a day from the last time", async () => {
  await here.opened(ALICE);
  await here.opened(BOB);
  clock.jump(DAY - 1);
  await there.opened(BOB);
  expect(await there.openers()).toEqual([ALICE, BOB]);
  clock.jump(2);
  expect(await here.openers()).toEqual([BOB]);
  await there.forget(BOB);
  expect(await here.openers()).toEqual([]);
});

test("what is outdated is given to one replica, when it is due, and then no more", async () => {
  await here.outdated([ALICE, ID], 3_000);
  expect(await there.take()).toEqual(NOTHING);
  clock.jump(3_000);
  const [one, other] = await Promise.all([here.take(), there.take()]);
  expect([...one.people, ...other.people]).toEqual([ALICE]);
  expect([...one.requests, ...other.requests]).toEqual([ID]);
  expect(await here.take()).toEqual(NOTHING);
});

test("what changes all the time is drawn all the same: it becomes due no later, but may be sooner", async () => {
  await here.outdated([ID], 3_000);
  clock.jump(2_000);
  await there.outdated([ID], 3_000);
  clock.jump(1_000);
  expect((await here.take()).requests).toEqual([ID]);
  await here.outdated([ALICE], 30_000);
  await there.outdated([ALICE], 0);
  expect((await here.take()).people).toEqual([ALICE]);
});

test("all of it forgets itself, and without Redis nothing is remembered, nor does anybody fail", async () => {
  await here.opened(ALICE);
  await here.outdated([ALICE], 0);
  for (const key of [keys.homes, keys.outdatedHomes])
    expect(await redis.commands.pttl(key)).toBeGreaterThan(0);
  const gone = createHomes({ redis: new Redis({ lazyConnect: true }), keys, clock });
  await gone.opened(BOB);
  await gone.outdated([BOB], 0);
  await gone.forget(ALICE);
  expect(await gone.openers()).toEqual([]);
  expect(await gone.take()).toEqual(NOTHING);
  expect(await here.openers()).toEqual([ALICE]);
});
