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

const take = (
  rank = USUAL,
  { rooms = [TEN], turns = here, holdMs = 0, place = `place-${String(calls).padStart(4, "0")}` } = {},
): Promise<number> => turns.take(rooms, { id: `call-${calls++}`, place, rank, holdMs });
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

test("those who must wait are told to come when there is room for them and for all before them", async () => {
  await fill(5);
  clock.jump(1_000);
  await fill(5);
  const waits = await Promise.all(
    Array.from({ length: 11 }, (_, i) => take(USUAL, { turns: i % 2 ? here : there })),
  );
  expect(waits).toEqual([...Array(5).fill(59_000), ...Array(5).fill(60_000), 119_000]);
});

test("the patient stand behind all who are more urgent, and leave them the room that there is", async () => {
  await fill(9);
  clock.jump(1_000);
  await fill(1);
  const usual = Array.from({ length: 9 }, (_, i) => `usual-${i}`);
  expect(await take(PATIENT, { place: "patient" })).toBe(59_000);
  for (const place of usual) expect(await take(USUAL, { place })).toBe(59_000);
  expect(await take(PATIENT, { place: "patient" })).toBe(60_000);
  expect(await take(URGENT, { place: "urgent" })).toBe(59_000);
  clock.jump(59_000);
  // They are to come yet.
  expect(await take(PATIENT, { place: "patient" })).toBeGreaterThan(0);
  expect(await take(URGENT, { place: "urgent" })).toBe(0);
  for (const place of usual.slice(0, 8)) expect(await take(USUAL, { place })).toBe(0);
});

test("whoever asks again stands where they stood, and two who ask for the same have one place, the better one", async () => {
  await fill(9);
  clock.jump(1_000);
  await fill(1);
  const asked = () => take(USUAL, { place: "again" });
  for (let i = 0; i < 30; i++) expect(await asked()).toBe(59_000);
  for (let i = 0; i < 7; i++) expect(await take()).toBe(59_000);
  clock.jump(1);
  expect(await take(PATIENT, { place: "both" })).toBe(58_999);
  clock.jump(1);
  expect(await take(USUAL, { place: "last" })).toBe(58_998);
  // It was asked for before that one.
  expect(await take(USUAL, { place: "both" })).toBe(58_998);
  clock.jump(58_998);
  expect(await asked()).toBe(0);
  // Seven are to come yet, and one who asked before.
  expect(await take(USUAL, { place: "last" })).toBe(1_000);
  expect(await take(USUAL, { place: "both" })).toBe(0);
});

test("a place is kept for a moment after its turn, and then it is the next one's", async () => {
  await fill(10);
  expect(await take(USUAL, { place: "late" })).toBe(60_000);
  clock.jump(60_000);
  await fill(9);
  expect(await take(PATIENT, { place: "next" })).toBeGreaterThan(0);
  clock.jump(5_000);
  expect(await take(PATIENT, { place: "next" })).toBe(0);
});

test("who waits for one room keeps nobody from another", async () => {
  const both = { rooms: [TWO, TEN] };
  await fill(8);
  expect([await take(USUAL, both), await take(USUAL, both)]).toEqual([0, 0]);
  clock.jump(60_000);
  expect([await take(USUAL, both), await take(USUAL, both)]).toEqual([0, 0]);
  for (let i = 0; i < 20; i++) expect(await take(USUAL, both)).toBeGreaterThan(0);
  await fill(8, PATIENT);
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
  const next = (place: string) => take(USUAL, { ...rooms, place });
  const waits = async () => [await next("a"), await next("b")];
  expect([...(await waits()), ...(await waits())]).toEqual([0, 0, 0, 1_000]);
  expect(await next("c")).toBe(2_000);
  clock.jump(1_000);
  expect(await next("c")).toBe(1_000);
  expect(await next("b")).toBe(0);
  // The place of "c" is not kept for so long.
  clock.jump(10_000);
  expect([...(await waits()), ...(await waits())]).toEqual([0, 0, 0, 1_000]);
});

test("who will ask later is left room by the patient, and by nobody else", async () => {
  await fill(8);
  for (const place of ["first", "second"]) await there.lineUp([TEN], { place, rank: USUAL }, 30_000);
  expect(await take(PATIENT)).toBe(60_000);
  expect(await take(USUAL)).toBe(0);
  clock.jump(30_000);
  expect(await take(USUAL, { place: "first" })).toBe(0);
  // Who does not come by then has nothing kept any more.
  clock.jump(36_000);
  expect(await take(PATIENT)).toBe(0);
});

test("who lines up once more stays where they stood", async () => {
  await fill(10);
  const first = await take(USUAL, { place: "first" });
  const second = await take(USUAL, { place: "second" });
  await here.lineUp([TEN], { place: "first", rank: USUAL }, 90_000);
  clock.jump(second);
  expect([first, second, await take(USUAL, { place: "first" })]).toEqual([60_000, 60_000, 0]);
});

test("what was given back is there for others", async () => {
  await fill(9);
  expect(await here.take([TEN], { id: "mine", place: "mine", rank: USUAL })).toBe(0);
  await there.giveBack([TEN], "mine");
  expect(await take()).toBe(0);
  expect(await take()).toBe(60_000);
});

test("what was reserved counts from when it is used", async () => {
  await fill(9);
  expect(await here.take([TEN], { id: "mine", place: "mine", rank: USUAL })).toBe(0);
  clock.jump(5_000);
  await there.callsNow([TEN], "mine");
  clock.jump(55_000);
  await fill(9);
  expect(await take()).toBe(5_000);
});

test("a closed room is closed for every replica and rank, and no other room with it", async () => {
  await here.close(TEN, 7_000);
  await there.close(TEN, 2_000);
  expect(await take(URGENT, { turns: there })).toBe(7_000);
  expect(await take(USUAL, { rooms: [TWO] })).toBe(0);
  clock.jump(7_000);
  expect(await take(URGENT)).toBe(0);
});
