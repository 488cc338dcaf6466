/** Room for calls, shared by replicas: never more than so many in any while, and the urgent before the patient. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import type { Turns } from "../../src/flow/ports.ts";
import { createTurns } from "../../src/store/turns.ts";
import { freshKeys, testRedis } from "../helpers/redis.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const TEN = { name: "ten", most: 10, windowMs: 60_000 };
const TWO = { name: "two", most: 2, windowMs: 1_000 };
const [URGENT, USUAL, PATIENT] = [0, 1, 2];

let clock: ReturnType<typeof stillClock>;
let here: Turns;
let there: Turns;
let calls = 0;

beforeEach(() => {
  clock = stillClock();
  const keys = freshKeys();
  here = createTurns({ redis: redis.commands, keys, clock });
  there = createTurns({ redis: redis.commands, keys, clock });
});

const take = (rank = USUAL, { rooms = [TEN], turns = here, holdMs = 0 } = {}): Promise<number> =>
  turns.take(rooms, { id: `call-${calls++}`, rank, holdMs });
const fill = async (times: number, rank = USUAL) => {
  for (let i = 0; i < times; i++) expect(await take(rank, { turns: i % 2 ? here : there })).toBe(0);
};

test("two replicas together have so many in any while, and not one more", async () => {
  await fill(5);
  clock.jump(30_000);
  await fill(5);
  expect(await take(USUAL, { turns: there })).toBe(30_000);
  clock.jump(29_999);
  expect(await take(PATIENT)).toBeGreaterThan(0);
  clock.jump(60_000);
  await fill(10);
});

test("those who must wait are told to come one after the other", async () => {
  await fill(10);
  expect([await take(), await take(USUAL, { turns: there }), await take()]).toEqual([60_000, 66_000, 72_000]);
});

test("the patient stand behind all who are more urgent, and leave them the room that there is", async () => {
  await fill(10);
  expect([await take(USUAL), await take(USUAL)]).toEqual([60_000, 66_000]);
  expect(await take(PATIENT)).toBe(72_000);
  expect(await take(URGENT)).toBe(60_000);
  clock.jump(66_000);
  // The second is to come yet.
  expect(await take(PATIENT)).toBeGreaterThan(0);
  expect(await take(USUAL)).toBe(0);
});

test("all told to come together: the room is theirs a little longer", async () => {
  await fill(10, URGENT);
  const waits = [await take(URGENT, { holdMs: 3_000 }), await take(URGENT, { holdMs: 3_000 })];
  expect(waits).toEqual([60_000, 60_000]);
  clock.jump(60_000);
  expect(await take(USUAL)).toBe(3_000);
  expect(await take(URGENT, { holdMs: 3_000 })).toBe(0);
  clock.jump(3_000);
  expect(await take(USUAL)).toBe(0);
});

test("a call needs room in each of its rooms, and takes none where one is full", async () => {
  const both = { rooms: [TWO, TEN] };
  expect([await take(USUAL, both), await take(USUAL, both)]).toEqual([0, 0]);
  expect(await take(USUAL, both)).toBe(1_000);
  await fill(8);
  expect(await take()).toBe(60_000);
});

test("one that refills: a burst, and then one by one", async () => {
  const rooms = { rooms: [{ name: "smooth", most: 3, windowMs: 3_000, refills: true }] };
  const waits = async () => [await take(USUAL, rooms), await take(USUAL, rooms)];
  expect([...(await waits()), ...(await waits())]).toEqual([0, 0, 0, 1_000]);
  clock.jump(1_000);
  expect(await take(USUAL, rooms)).toBe(0);
  clock.jump(10_000);
  expect([...(await waits()), ...(await waits())]).toEqual([0, 0, 0, 1_000]);
});

test("what was given back is there for others", async () => {
  await fill(9);
  expect(await here.take([TEN], { id: "mine", rank: USUAL })).toBe(0);
  await there.giveBack([TEN], "mine");
  expect(await take()).toBe(0);
  expect(await take()).toBe(60_000);
});

test("a closed room is closed for every replica and rank, and no other room with it", async () => {
  await here.close(TEN, 7_000);
  await there.close(TEN, 2_000);
  expect(await take(URGENT, { turns: there })).toBe(7_000);
  expect(await take(USUAL, { rooms: [TWO] })).toBe(0);
  clock.jump(7_000);
  expect(await take(URGENT)).toBe(0);
});
