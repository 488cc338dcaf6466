/** At most once in a while, whoever dies at it and whatever Redis answers. */
import { afterAll, expect, test, vi } from "vitest";
import { atMostOnce } from "../../src/store/at-most-once.ts";
import { testRedis } from "../helpers/redis.ts";

const DAY = 86_400_000;
const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());
const once = (key: string, work: () => Promise<boolean>) => atMostOnce(redis.commands, key, DAY, work);

test("done once, and said to be done to whoever comes later", async () => {
  const work = vi.fn(async () => true);
  expect(await once("a", work)).toBe(true);
  expect(await once("a", work)).toBe(true);
  expect(work).toHaveBeenCalledTimes(1);
  expect(await redis.commands.pttl("a")).toBeGreaterThan(DAY / 2);
});

test("what failed may be tried again at once", async () => {
  expect(await once("b", async () => false)).toBe(false);
  expect(await once("b", () => Promise.reject(new Error("away")))).toBe(false);
  expect(await once("b", async () => true)).toBe(true);
});

test("while somebody is at it, nobody else is, and nobody takes it for done", async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const work = vi.fn(() => promise);
  const first = once("c", work);
  await vi.waitFor(() => expect(work).toHaveBeenCalled());
  expect(await once("c", work)).toBe(false);
  resolve(true);
  expect(await first).toBe(true);
  expect(await once("c", work)).toBe(true);
  expect(work).toHaveBeenCalledTimes(1);
});

test("who is so slow that another took over and did it takes nothing of that back", async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const slow = once("e", () => promise);
  await vi.waitFor(async () => expect(await redis.commands.exists("e")).toBe(1));
  // As if the minute were over.
  await redis.commands.del("e");
  expect(await once("e", async () => true)).toBe(true);
  resolve(false);
  expect(await slow).toBe(false);
  const again = vi.fn(async () => true);
  expect(await once("e", again)).toBe(true);
  expect(again).not.toHaveBeenCalled();
});

test("who died at it keeps others from it for a minute, not for a day", async () => {
  void once("d", () => new Promise(() => {}));
  await vi.waitFor(async () => expect(await redis.commands.exists("d")).toBe(1));
  const left = await redis.commands.pttl("d");
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(60_000);
});
