/** How much work is due, on a real Redis: what waits on purpose is not. */
import { randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { requestId } from "../../src/domain/ids.ts";
import { readDepths } from "../../src/queue/depth.ts";
import { testRedis, until } from "../helpers/redis.ts";
import { work } from "./fixture.ts";

const shared = await testRedis();
afterAll(() => shared[Symbol.asyncDispose]());

test("a step that asked to look again later is due by then, however long it has asked so", async () => {
  const { jobs, clock, close } = work(shared, {
    syncMessages: async () => ({ again: clock.now() + 60_000 }),
  });
  const overdueFor = async () => {
    const depths = await readDepths(jobs.lanes, clock);
    const since = depths.find(({ lane }) => lane === "messages")?.oldestSince ?? null;
    return since === null ? null : clock.now() - since;
  };
  await jobs.add("messages", "syncMessages", requestId(randomBytes(5)), 1);
  await until(async () => (await jobs.lanes.messages.getDelayedCount()) === 1);
  clock.jump(45_000);
  expect(await overdueFor()).toBeNull();
  clock.jump(45_000);
  expect(await overdueFor()).toBeGreaterThan(25_000);
  expect(await overdueFor()).toBeLessThan(45_000);
  await close();
});
