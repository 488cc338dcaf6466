/** What Slack said lately, for all replicas. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import type { Memory } from "../../src/flow/ports.ts";
import { createMemory } from "../../src/store/memory.ts";
import { freshKeys, testRedis } from "../helpers/redis.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

let clock: ReturnType<typeof stillClock>;
let here: Memory;
let there: Memory;

beforeEach(() => {
  clock = stillClock();
  const options = { redis: redis.commands, keys: freshKeys(), clock };
  [here, there] = [createMemory(options), createMemory(options)];
});

const write = (values: Record<string, string>, at = clock.now()) =>
  here.write("groups", { at, values, keepMs: 60_000 });

test("what one replica heard, another knows, and when that was", async () => {
  const at = clock.now();
  await write({ S1: "[]", at: "odd" });
  clock.jump(5_000);
  expect(await there.read("groups", ["S1", "S2", "at"])).toEqual({ at, values: ["[]", null, "odd"] });
  expect(await there.read("people", ["S1"])).toBeNull();
});

test("what is heard anew takes the place of all of it", async () => {
  await write({ S1: "[]" });
  await write({ S2: "[]" });
  expect((await there.read("groups", ["S1", "S2"]))?.values).toEqual([null, "[]"]);
});

test("of as many groups as a large company has, each is known", async () => {
  const groups = Array.from({ length: 5_000 }, (_, i) => `S${i}`);
  await write(Object.fromEntries(groups.map((group) => [group, `["${group}"]`])));
  expect((await there.read("groups", ["S0", "S4999"]))?.values).toEqual(['["S0"]', '["S4999"]']);
});

test("what one replica drops is dropped for all, also where it was asked before and answered after", async () => {
  const asked = clock.now();
  await write({ S1: "[]" });
  clock.jump(1);
  await there.drop("groups");
  expect(await here.read("groups", ["S1"])).toBeNull();
  await write({ S1: "[]" }, asked);
  expect(await here.read("groups", ["S1"])).toBeNull();
  clock.jump(1);
  await write({ S1: "[]" });
  expect(await there.read("groups", ["S1"])).not.toBeNull();
});

test("without Redis nothing is remembered, and nobody is kept from asking", async () => {
  await using gone = await testRedis({ commandTimeout: 100 });
  const alone = createMemory({ redis: gone.commands, keys: freshKeys(), clock });
  await gone.server.stop();
  expect(await alone.read("groups", ["S1"])).toBeNull();
  await alone.write("groups", { at: clock.now(), values: { S1: "[]" }, keepMs: 1 });
  await alone.drop("groups");
});
